import type { AssistantFiles } from '../../domain/assistant/read.ts';
import { source } from './assistant.ts';

const intent = `does: order
says: ordering a cheque book
operation: orderChequeBook
phrases:
  - I want to order a cheque book.
  - Please send me a new cheque book.
  - I have no cheques left.
  - Can I get cheques for my account?
  - Order cheques for me.
values:
  account:
    type: account
    ask: For which account shall I order it?
  size:
    type: choice
    ask: A small one of twenty-five cheques, or a large one of fifty?
    options:
      small: [small, twenty-five, "25"]
      large: [large, big, fifty, "50"]
confirm: Shall I order a {size} cheque book for your {account}?
done: Done. A {size} cheque book comes by {arrives}. Your reference is {reference}.
afterwards: balance
`;

const bank = `openapi: 3.1.0
info: { title: Cheque books, version: "1" }
paths:
  /customers/{customerId}/cheque-books:
    post:
      operationId: orderChequeBook
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                account: { type: string }
                size: { type: string, enum: [small, large] }
      responses:
        "200":
          description: Ordered.
          content:
            application/json:
              schema: { $ref: "#/components/schemas/Ordered" }
components:
  schemas:
    Ordered:
      type: object
      properties:
        reference: { type: string }
        arrives: { type: string, format: date }
`;

/** The shipped assistant, and cheque books: what a bank adds by files alone. */
export function withChequeBooks(): AssistantFiles {
  const { files } = source;
  const beyond = files['intents/beyond.yaml']?.replace('  - I want to order a cheque book.\n', '') ?? '';
  return { ...files, 'intents/beyond.yaml': beyond, 'intents/order-cheque-book.yaml': intent, 'bank.openapi.yaml': bank };
}
