/** An operation of the bank as the assistant's own OpenAPI document describes it, as far as it is used. */
export interface OperationDescription {
  /** Its `operationId`. */
  readonly name: string;
  readonly method: 'get' | 'post';
  /** With `{customerId}` where the customer goes. */
  readonly path: string;
}

/** An operation, and which fields it takes and answers with. */
export interface DescribedOperation extends OperationDescription {
  readonly takes: readonly string[];
  readonly answers: readonly string[];
}

type Node = Readonly<Record<string, unknown>>;

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Follows `#/components/…`; a reference that leads nowhere, or in a circle, is nothing. */
function resolved(document: Node, value: unknown, depth = 0): Node {
  if (!isNode(value)) return {};
  const { $ref } = value;
  if (typeof $ref !== 'string') return value;
  if (depth > 8 || !$ref.startsWith('#/')) return {};
  const target = $ref
    .slice(2)
    .split('/')
    .reduce<unknown>(
      (node, part) => (isNode(node) ? node[part.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined),
      document,
    );
  return resolved(document, target, depth + 1);
}

function fieldsOf(document: Node, content: unknown): string[] {
  const json = resolved(document, resolved(document, content)['application/json']);
  return Object.keys(resolved(document, resolved(document, json.schema).properties));
}

/** The operations of an OpenAPI 3 document. */
export function operationsIn(document: unknown): DescribedOperation[] {
  if (!isNode(document) || !isNode(document.paths)) return [];
  return Object.entries(document.paths).flatMap(([path, item]) =>
    (['get', 'post'] as const).flatMap((method) => {
      const operation = resolved(document, resolved(document, item)[method]);
      const { operationId, parameters, requestBody, responses } = operation;
      if (typeof operationId !== 'string') return [];
      const inQuery = (Array.isArray(parameters) ? parameters : [])
        .map((one) => resolved(document, one))
        .filter((one) => one.in === 'query')
        .map(({ name }) => String(name));
      const body = fieldsOf(document, resolved(document, requestBody).content);
      const [answer] = Object.entries(resolved(document, responses)).filter(([status]) => /^2/.test(status));
      const answers = fieldsOf(document, resolved(document, answer?.[1]).content);
      return [{ name: operationId, method, path, takes: [...inQuery, ...body], answers }];
    }),
  );
}
