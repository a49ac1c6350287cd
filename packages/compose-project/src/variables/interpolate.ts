/** The value of a variable; `undefined`: it is not set. */
export type Lookup = (name: string) => string | undefined;

/** A text with variables that cannot be resolved. The message says why without quoting the text, which may be a secret. */
export class InterpolationError extends Error {
  override readonly name = 'InterpolationError';
}

export interface Interpolated {
  readonly text: string;
  /** Variables without a value, which an empty text replaced. */
  readonly unset: readonly string[];
}

/**
 * Replaces variables as compose files do: `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?message}`,
 * `${NAME?message}`, `${NAME:+replacement}` and `${NAME+replacement}`. With a colon, an empty value counts as unset. The
 * operand may hold variables. `$$` is a plain `$`, and so is a `$` before anything else, as in `$(date)` and `$1`.
 *
 * @throws InterpolationError
 */
export function interpolate(text: string, lookup: Lookup): Interpolated {
  if (!text.includes('$')) return { text, unset: [] };
  const unset: string[] = [];
  const evaluate = new Parser(text).parse(false);
  return { text: evaluate({ lookup, onUnset: (name) => unset.push(name) }), unset };
}

interface Scope {
  readonly lookup: Lookup;
  onUnset(name: string): void;
}

/** A part of a text. An operand that is not used is not evaluated, so a fault in it does not matter. */
type Part = (scope: Scope) => string;

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const OPERATOR = /:?[-?+]/y;

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Reads up to the end, or to the brace that closes the surrounding expression. */
  parse(inBraces: boolean): Part {
    const parts: Part[] = [];
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at] ?? '';
      if (inBraces && character === '}') return (scope) => parts.map((part) => part(scope)).join('');
      this.#at += 1;
      parts.push(character === '$' ? this.#parseVariable() : () => character);
    }
    if (inBraces) throw new InterpolationError('an expression has no closing brace');
    return (scope) => parts.map((part) => part(scope)).join('');
  }

  #parseVariable(): Part {
    if (this.#take('$')) return () => '$';
    if (this.#take('{')) return this.#parseExpression();
    const name = this.#match(NAME);
    return name === null ? () => '$' : plain(name);
  }

  #parseExpression(): Part {
    const name = this.#match(NAME);
    if (name === null) throw this.#invalid('a name must follow ${');
    const operator = this.#match(OPERATOR);
    const part = operator === null ? plain(name) : withOperator(name, operator, this.parse(true));
    if (!this.#take('}')) throw this.#invalid('a name after ${ must be followed by one of } :- - :? ? :+ +');
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
    return new InterpolationError(`${reason}; write $$ for a plain $`);
  }
}

function plain(name: string): Part {
  return ({ lookup, onUnset }) => {
    const value = lookup(name);
    if (value === undefined) onUnset(name);
    return value ?? '';
  };
}

function withOperator(name: string, operator: string, operand: Part): Part {
  return (scope) => {
    const value = scope.lookup(name);
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
