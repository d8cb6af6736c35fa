/** What the verifier of a sign-in that is under way is bound to. */
export const signInPlace = (stateHash: string): string[] => ['sign-in', stateHash];
