import openapiTS, { astToString } from 'openapi-typescript';

/** The types of a document, as the source of a module. @param document OpenAPI 3.1, as JSON */
export async function typesOf(document: string): Promise<string> {
  return astToString(await openapiTS(document));
}
