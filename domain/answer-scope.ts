/** Where an answer holds: it is given again only where all of this is the same. */
export interface AnswerScope {
  readonly tenant: string;
  readonly language: string;
  readonly persona: string;
  /** The language model. */
  readonly model: string;
  /** Its LoRA adapter; empty for none. */
  readonly adapter: string;
  readonly knowledgeVersion: number;
  /** What the question went on with, by an article's title: such an answer holds for nobody else, and is not kept. */
  readonly after?: string | undefined;
}
