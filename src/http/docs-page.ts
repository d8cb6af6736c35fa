import type { Route } from './route.ts';
import { escaped, smallPage } from './small-page.ts';

interface Parameter {
  name: string;
  in: string;
  required: boolean;
  description?: string;
}

interface Operation {
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: unknown }> };
  responses: Record<string, { content?: Record<string, { schema: unknown }> }>;
}

export interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown> };
}

const code = (value: unknown): string => `<pre>${escaped(JSON.stringify(value, null, 2))}</pre>`;

const parameterRow = (p: Parameter): string =>
  `<tr><td><code>${escaped(p.name)}</code></td><td>${p.in}${p.required ? ', needed' : ''}</td><td>${escaped(p.description ?? '')}</td></tr>`;

const schemaIn = (content: Record<string, { schema: unknown }> | undefined): unknown =>
  content && Object.values(content)[0]?.schema;

const operation = (route: Route, op: Operation): string => {
  const body = schemaIn(op.requestBody?.content);
  const output = schemaIn(op.responses[route.status]?.content);
  return `<details><summary><code><b>${route.method}</b> ${escaped(route.path)}</code> ${escaped(route.summary)}</summary>
<p>Access: ${route.access}. Answers ${route.status}${route.produces ? `, ${escaped(route.produces)}` : ''}.</p>${
    op.parameters ? `<table>${op.parameters.map(parameterRow).join('')}</table>` : ''
  }${body ? `<p>Body</p>${code(body)}` : ''}${output ? `<p>Answer</p>${code(output)}` : ''}</details>`;
};

/** The documentation of the API as one page, with nothing from elsewhere. */
export const docsPage = (routes: readonly Route[], document: Document): Response => {
  const groups = new Map<string, string[]>();
  for (const route of routes) {
    const op = document.paths[route.path]?.[route.method.toLowerCase()];
    const name = route.path.startsWith('/api/') ? (route.path.split('/')[2] ?? '') : 'health';
    if (op) groups.set(name, [...(groups.get(name) ?? []), operation(route, op)]);
  }
  const sections = [...groups].map(([name, items]) => `<h2>${escaped(name)}</h2>${items.join('')}`);
  const schemas = Object.entries(document.components.schemas).map(
    ([name, schema]) => `<details><summary><code>${escaped(name)}</code></summary>${code(schema)}</details>`,
  );
  return smallPage({
    title: 'API',
    wide: true,
    body: `<h1>The API of Ashford</h1>
<p>The same as a document for programs: <a href="/api/openapi.json">/api/openapi.json</a> (OpenAPI 3.1).</p>
<p>Send an API token as <code>Authorization: Bearer …</code>. Errors are problem details (RFC 9457) with a stable <code>code</code>. Lists are pages: <code>next</code> is the <code>cursor</code> of the following one.</p>
${sections.join('')}<h2>Schemas</h2>${schemas.join('')}`,
  });
};
