import {
  Directive,
  DockerfileParser,
  ModifiableInstruction,
  type Instruction as ParsedInstruction,
} from 'dockerfile-ast';

/** A Dockerfile, as far as this program looks into it: what is built is up to the engine. */
export interface Dockerfile {
  /** The image that reads the file (`# syntax=`); `null`: the engine's own program does. */
  readonly frontend: string | null;
  readonly stages: readonly Stage[];
}

export interface Stage {
  /** Lower case; `null`: it has only its number. */
  readonly name: string | null;
  /** An image, or the name of an earlier stage. */
  readonly base: string;
  /** The first is its `FROM`. */
  readonly instructions: readonly Instruction[];
}

export interface Instruction {
  /** Upper case. */
  readonly keyword: string;
  /** The first line is 1. */
  readonly line: number;
  /** In the order in which they stand: one may be repeated. */
  readonly flags: readonly Flag[];
  /** With the values of variables that have one in the file itself. */
  readonly args: readonly string[];
  readonly hasHeredoc: boolean;
}

export interface Flag {
  /** E.g. `mount`. */
  readonly name: string;
  readonly value: string;
}

/** Reads a Dockerfile; a line that is none is passed over. */
export function parseDockerfile(text: string): Dockerfile {
  const parsed = DockerfileParser.parse(text);
  const stages: { name: string | null; base: string; instructions: Instruction[] }[] = [];
  for (const instruction of parsed.getInstructions().map(toInstruction)) {
    if (instruction.keyword === 'FROM') {
      const [base = '', , name] = instruction.args;
      stages.push({ name: name?.toLowerCase() ?? null, base, instructions: [] });
    }
    stages.at(-1)?.instructions.push(instruction);
  }
  const directive = parsed.getDirectives().find((one) => one.getDirective() === Directive.syntax);
  return { frontend: directive?.getValue() ?? null, stages };
}

function toInstruction(parsed: ParsedInstruction): Instruction {
  const isModifiable = parsed instanceof ModifiableInstruction;
  const content = parsed.getArgumentsContent() ?? '';
  return {
    keyword: parsed.getKeyword().toUpperCase(),
    line: (parsed.getRange()?.start.line ?? 0) + 1,
    flags: isModifiable
      ? parsed.getFlags().map((flag) => ({ name: flag.getName(), value: flag.getValue() ?? '' }))
      : [],
    args: jsonArguments(content) ?? parsed.getExpandedArguments().map((argument) => argument.getValue()),
    hasHeredoc: /^(RUN|COPY|ADD)$/i.test(parsed.getKeyword()) && /(^|\s)<<-?["']?\w/.test(content.split('\n')[0] ?? ''),
  };
}

/** `undefined`: the arguments are not written as JSON. */
function jsonArguments(content: string): string[] | undefined {
  const start = content.indexOf('[');
  // Flags may come before the list.
  if (start < 0 || !/^(--\S+\s+)*$/.test(content.slice(0, start))) return undefined;
  try {
    const list: unknown = JSON.parse(content.slice(start));
    return Array.isArray(list) ? list.map(String) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Puts stages before the first one of a Dockerfile.
 *
 * @param images image by name of the stage
 * @returns the file, and how many lines come before the line of the first `FROM`
 */
export function withStages(
  text: string,
  images: ReadonlyMap<string, string>,
): { readonly text: string; readonly added: number; readonly before: number } {
  const before = (parseDockerfile(text).stages[0]?.instructions[0]?.line ?? 1) - 1;
  const lines = text.split('\n');
  const stages = [...images].map(([name, image]) => `FROM ${image} AS ${name}`);
  return {
    text: [...lines.slice(0, before), ...stages, ...lines.slice(before)].join('\n'),
    added: stages.length,
    before,
  };
}

/** The same lines without the image that reads the file. */
export function withoutFrontend(text: string): string {
  return text.replace(/^(\uFEFF?\s*)#\s*syntax\s*=.*$/im, '$1#');
}
