import { decodeTargetStateV2, decodeTargetStateV3, TargetStateError, type TargetState } from '@device-supervisor/state';
import type { EngineAbilities } from './observed.ts';
import { UNKNOWN_DEVICE } from './plan-defaults.ts';
import { checkRelease } from './spec/check-release.ts';
import type { DeviceFacts } from './spec/device-facts.ts';

/** A part of a target that cannot be applied, or that has no effect. */
export interface TargetFault {
  /** `error`: the document is refused, or the object cannot be applied; `warning`: a part of it has no effect. */
  readonly severity: 'error' | 'warning';
  /** Where, e.g. `apps.1.services.web.ports.0`; `''`: the document itself. */
  readonly path: string;
  /** The fault and its remedy, for a person to read. */
  readonly message: string;
}

export interface TargetVerdict {
  /** `null`: no device would take the document. */
  readonly target: TargetState | null;
  /** Every fault. Without an error among them a device applies all of it. */
  readonly faults: readonly TargetFault[];
}

export type TargetFormat =
  | { readonly format: 'v2' }
  /** The document of a cloud, below the uuid of a device. */
  | { readonly format: 'v3'; readonly uuid: string };

/**
 * Checks a whole target state before a device gets it: its form, and what each service, network and volume asks for, as
 * ports, sizes, mounts and addresses. Faults that only an engine detects are not found.
 *
 * @example
 * ```ts
 * const { faults } = validateTarget(JSON.parse(text));
 * for (const { severity, path, message } of faults) console.log(`${severity}: ${path}: ${message}`);
 * ```
 */
export function validateTarget(document: unknown, how: TargetFormat = { format: 'v2' }): TargetVerdict {
  try {
    const target = how.format === 'v2' ? decodeTargetStateV2(document) : decodeTargetStateV3(document, how.uuid);
    return { target, faults: faultsOf(target) };
  } catch (error) {
    if (!(error instanceof TargetStateError)) throw error;
    return { target: null, faults: error.details.issues.map((issue) => ({ severity: 'error', ...issue })) };
  }
}

/** Fit for everything that some device is: what one device or engine lacks is no fault of the target. */
const ANY_DEVICE: DeviceFacts = { ...UNKNOWN_DEVICE, hasKernelModules: true, hasFirmware: true };
const ANY_ENGINE: EngineAbilities = { apiVersion: '1.99', unsupportedLimits: [] };

function faultsOf({ apps }: TargetState): TargetFault[] {
  return Object.entries(apps).flatMap(([uuid, app]) =>
    app.release === null
      ? []
      : checkRelease(app, app.release, { device: ANY_DEVICE, abilities: ANY_ENGINE }).map(
          ({ severity, section, name, field, reason }): TargetFault => ({
            severity: severity === 'problem' ? 'error' : 'warning',
            path: `apps.${uuid}.${section}.${name}${field === '' ? '' : `.${field}`}`,
            message: reason,
          }),
        ),
  );
}
