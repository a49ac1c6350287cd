/** Variables that a text may name. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** A text with variables that cannot be resolved; the message says why. */
export class InterpolationError extends Error {
  override readonly name = 'InterpolationError';
}

export interface Interpolated {
  readonly text: string;
  /** Variables that have no value, and for which nothing was put. */
  readonly unset: readonly string[];
}

/**
 * Replaces variables as compose files have them: `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME-default}`,
 * `${NAME:?message}` and `${NAME?message}`, `${NAME:+instead}` and `${NAME+instead}`; with a colon, an empty value counts
 * as none. What comes after the operator may hold variables itself. `$$` is a plain `$`.
 *
 * @throws InterpolationError
 */
export function interpolate(text: string, variables: Variables): Interpolated {
  const unset: string[] = [];
  const valueOf = (name: string): string | undefined => variables[name];
  const evaluate = new Parser(text).parse(false);
  return { text: evaluate({ valueOf, onUnset: (name) => unset.push(name) }), unset };
}

interface Scope {
  valueOf(name: string): string | undefined;
  onUnset(name: string): void;
}

/** A part of a text; what is not used is not evaluated, whatever is wrong with it. */
type Part = (scope: Scope) => string;

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const OPERATOR = /:?[-?+]/y;

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Reads on to the end, or to the brace that closes the expression around. */
  parse(inBraces: boolean): Part {
    const parts: Part[] = [];
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at] ?? '';
      if (inBraces && character === '}') return (scope) => parts.map((part) => part(scope)).join('');
      this.#at += 1;
      parts.push(character === '$' ? this.#parseVariable() : () => character);
    }
    if (inBraces) throw new InterpolationError(`'${this.#text}' has no closing brace`);
    return (scope) => parts.map((part) => part(scope)).join('');
  }

  #parseVariable(): Part {
    if (this.#take('$')) return () => '$';
    if (this.#take('{')) return this.#parseExpression();
    const name = this.#match(NAME);
    if (name === null) throw this.#invalid('after $ comes a name, {name} or another $');
    return plain(name);
  }

  #parseExpression(): Part {
    const name = this.#match(NAME);
    if (name === null) throw this.#invalid('after ${ comes a name');
    const operator = this.#match(OPERATOR);
    const part = operator === null ? plain(name) : withOperator(name, operator, this.parse(true));
    if (!this.#take('}')) throw this.#invalid(`after \${${name} comes }, or one of :- - :? ? :+ +`);
    return part;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const [match = null] = pattern.exec(this.#text) ?? [];
    this.#at += match?.length ?? 0;
    return match;
  }

  #invalid(reason: string): InterpolationError {
    return new InterpolationError(`'${this.#text}' cannot be read: ${reason}; a plain $ is written $$`);
  }
}

function plain(name: string): Part {
  return ({ valueOf, onUnset }) => {
    const value = valueOf(name);
    if (value === undefined) onUnset(name);
    return value ?? '';
  };
}

function withOperator(name: string, operator: string, operand: Part): Part {
  return (scope) => {
    const value = scope.valueOf(name);
    const isSet = value !== undefined && (value !== '' || !operator.startsWith(':'));
    switch (operator.slice(-1)) {
      case '-':
        return isSet ? value : operand(scope);
      case '+':
        return isSet ? operand(scope) : '';
      default: {
        if (isSet) return value;
        const message = operand(scope);
        throw new InterpolationError(`variable ${name} must be set${message === '' ? '' : `: ${message}`}`);
      }
    }
  };
}
