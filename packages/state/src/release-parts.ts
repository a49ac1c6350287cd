import * as z from 'zod';
import { FileComposition, NetworkComposition, VolumeComposition } from './composition.ts';
import { FileName, NetworkName, VolumeName } from './identifiers.ts';

/** The parts of a release that both wire formats have. */
export const Networks = z.record(NetworkName, NetworkComposition).nullish().transform(orEmpty);
export const Volumes = z.record(VolumeName, VolumeComposition).nullish().transform(orEmpty);
export const Files = z.record(FileName, FileComposition).nullish();
export const ContractField = z.record(z.string(), z.unknown()).nullish();

type FileMap = Record<string, FileComposition>;

export function filesOf(release: {
  readonly configs?: FileMap | null | undefined;
  readonly secrets?: FileMap | null | undefined;
}): { configs?: FileMap; secrets?: FileMap } {
  const { configs, secrets } = release;
  return { ...(configs == null ? {} : { configs }), ...(secrets == null ? {} : { secrets }) };
}

function orEmpty<T>(value: Record<string, T> | null | undefined): Record<string, T> {
  return value ?? {};
}
