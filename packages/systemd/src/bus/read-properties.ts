import type { MethodCall } from './connection.ts';

/** The properties of an object on the bus; one that is missing or of another type reads as empty. */
export interface Properties {
  text(name: string): string;
  texts(name: string): readonly string[];
  bytes(name: string): Buffer;
}

interface Caller {
  call(call: MethodCall): Promise<readonly unknown[]>;
}

/** All properties of one interface of an object, as they are at one moment. */
export async function readProperties(
  bus: Caller,
  object: { readonly destination: string; readonly path: string; readonly interface: string },
): Promise<Properties> {
  const [properties] = await bus.call({
    destination: object.destination,
    path: object.path,
    interface: 'org.freedesktop.DBus.Properties',
    member: 'GetAll',
    signature: 's',
    body: [object.interface],
  });
  const value = (name: string): unknown => field(field(properties, name), 'value');
  return {
    text(name) {
      const text = value(name);
      return typeof text === 'string' ? text : '';
    },
    texts(name) {
      const texts = value(name);
      return Array.isArray(texts) ? texts.map(String) : [];
    },
    bytes(name) {
      const bytes = value(name);
      return Buffer.isBuffer(bytes) ? bytes : Buffer.alloc(0);
    },
  };
}

function field(object: unknown, name: string): unknown {
  return typeof object === 'object' && object !== null ? Reflect.get(object, name) : undefined;
}
