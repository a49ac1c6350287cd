// Generated from openapi.json by `npm run docs:api`; not edited by hand.
export interface paths {
    "/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The page that shows the device, and lets a person steer it
         * @description Needs no key.
         */
        get: operations["get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/page/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A script, style or picture of the page
         * @description Needs no key.
         */
        get: operations["getPageFile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ping": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the supervisor answers
         * @description Needs no key.
         */
        get: operations["getPing"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/healthy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the supervisor works
         * @description Needs no key.
         */
        get: operations["getV1Healthy"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/regenerate-api-key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replaces the key of the request by a new key, and answers the new key
         * @description Takes every key.
         */
        post: operations["postV1RegenerateApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/update": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Looks for a new target and applies it, without waiting for that; with the key of a service, force and cancel are about its own app alone
         * @description Takes every key.
         */
        post: operations["postV1Update"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/blink": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Lets a LED blink for 15 s, if the device has one
         * @description Takes every key.
         */
        post: operations["postV1Blink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reboot": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stops the services and reboots the device
         * @description Takes every key.
         */
        post: operations["postV1Reboot"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/shutdown": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stops the services and switches the device off
         * @description Takes every key.
         */
        post: operations["postV1Shutdown"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/device/host-config": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Proxy and host name
         * @description Takes every key.
         */
        get: operations["getV1DeviceHostConfig"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Changes proxy and host name; absent fields stay unchanged
         * @description Takes every key.
         */
        patch: operations["patchV1DeviceHostConfig"];
        trace?: never;
    };
    "/v1/device": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How the device is, and whether an update is pending
         * @description Takes every key; that of a service is for its own app alone, and sees nothing of others.
         */
        get: operations["getV1Device"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/purge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Removes the volumes of an app with all their data, and creates its containers again
         * @description Takes every key; that of a service is for its own app alone, and sees nothing of others.
         */
        post: operations["postV1Purge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/restart": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Removes the containers of an app and creates them again
         * @description Takes every key; that of a service is for its own app alone, and sees nothing of others.
         */
        post: operations["postV1Restart"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/apps/{appId}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stops the container of an app that has one service, until its supervisor or target changes
         * @description Takes every key; that of a service is for its own app alone, and sees nothing of others.
         */
        post: operations["postV1AppsAppIdStop"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/apps/{appId}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Starts the container of an app that has one service
         * @description Takes every key; that of a service is for its own app alone, and sees nothing of others.
         */
        post: operations["postV1AppsAppIdStart"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/apps/{appId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The container of an app that has one service, with its environment without keys
         * @description Takes every key; that of a service is for its own app alone, and sees nothing of others.
         */
        get: operations["getV1AppsAppId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/state/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Containers and images of the first app, and whether the device is at its target
         * @description Takes every key; that of a service is for its own app alone, and sees nothing of others.
         */
        get: operations["getV2StateStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/applications/state": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All apps by name, and their services
         * @description Takes every key; that of a service is for its own app alone, and sees nothing of others.
         */
        get: operations["getV2ApplicationsState"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/applications/{appId}/state": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The services of one app, by image id
         * @description Takes every key; that of a service is for its own app alone, and sees nothing of others.
         */
        get: operations["getV2ApplicationsAppIdState"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/containerId": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Container ids by service name, or that of one service
         * @description Takes every key; that of a service is for its own app alone, and sees nothing of others.
         */
        get: operations["getV2ContainerId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/applications/{appId}/restart-service": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Removes the container of a service and creates it again
         * @description Takes every key; that of a service is for its own app alone, and sees nothing of others.
         */
        post: operations["postV2ApplicationsAppIdRestartService"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/applications/{appId}/stop-service": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stops the container of a service, until the supervisor restarts or its target changes
         * @description Takes every key; that of a service is for its own app alone, and sees nothing of others.
         */
        post: operations["postV2ApplicationsAppIdStopService"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/applications/{appId}/start-service": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Starts the container of a service
         * @description Takes every key; that of a service is for its own app alone, and sees nothing of others.
         */
        post: operations["postV2ApplicationsAppIdStartService"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/applications/{appId}/restart": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Removes the containers of an app and creates them again; volumes stay
         * @description Takes every key; that of a service is for its own app alone, and sees nothing of others.
         */
        post: operations["postV2ApplicationsAppIdRestart"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/applications/{appId}/purge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Removes the volumes of an app with all their data, and creates its containers again
         * @description Takes every key; that of a service is for its own app alone, and sees nothing of others.
         */
        post: operations["postV2ApplicationsAppIdPurge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/version": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The version that clients compare with
         * @description Takes every key.
         */
        get: operations["getV2Version"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/device/name": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The latest name of the device in the cloud
         * @description Takes every key.
         */
        get: operations["getV2DeviceName"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/device/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The tags of the device; asks the cloud
         * @description Takes every key.
         */
        get: operations["getV2DeviceTags"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Sets tags of the device; they are kept, and sent when the cloud can be reached
         * @description Takes every key.
         */
        patch: operations["patchV2DeviceTags"];
        trace?: never;
    };
    "/v2/device/vpn": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the VPN is enabled, and connected
         * @description Takes every key.
         */
        get: operations["getV2DeviceVpn"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/local/target-state": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The target state
         * @description Takes every key; that of a service is for its own app alone, and sees nothing of others.
         */
        get: operations["getV2LocalTargetState"];
        put?: never;
        /**
         * Sets the target state, and begins to apply it
         * @description Takes the device's own key only.
         */
        post: operations["postV2LocalTargetState"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/local/device-info": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Architecture and type of the device
         * @description Takes every key.
         */
        get: operations["getV2LocalDeviceInfo"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/local/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The log messages from now on, one JSON object a line, until the client leaves
         * @description Takes every key; that of a service is for its own app alone, and sees nothing of others.
         */
        get: operations["getV2LocalLogs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/cleanup-volumes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Removes volumes that nothing refers to any more, with all their data
         * @description Takes every key; that of a service is for its own app alone, and sees nothing of others.
         */
        get: operations["getV2CleanupVolumes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/journal-logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The host's journal as text; for the key of a service without the lines of other apps
         * @description Takes every key; that of a service is for its own app alone, and sees nothing of others.
         */
        post: operations["postV2JournalLogs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * This document: every route, as OpenAPI 3.1
         * @description Needs no key.
         */
        get: operations["getV3OpenapiJson"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The same as a page for people
         * @description Needs no key.
         */
        get: operations["getV3Docs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/device": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Identity, versions and addresses of the device, and whether its cloud can be reached
         * @description Takes every key.
         */
        get: operations["getV3Device"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The plan of the next apply: operations with their causes, and blocked parts
         * @description Takes every key; that of a service is for its own app alone, and sees nothing of others.
         */
        get: operations["getV3Plan"];
        put?: never;
        /**
         * The plan for another target state
         * @description Takes the device's own key only.
         */
        post: operations["postV3Plan"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/state": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Apps and their services, whether the device is at its target, and blocked parts with their reasons
         * @description Takes every key; that of a service is for its own app alone, and sees nothing of others.
         */
        get: operations["getV3State"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Events of the device, as server-sent events; `Last-Event-ID` resumes after the last event of a client
         * @description Takes every key; that of a service is for its own app alone, and sees nothing of others.
         */
        get: operations["getV3Events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Metrics of supervisor and device in the Prometheus text format
         * @description Takes every key; that of a service is for its own app alone, and sees nothing of others.
         */
        get: operations["getV3Metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/locks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The update locks that are held, as files or through this API
         * @description Takes every key; that of a service is for its own app alone, and sees nothing of others.
         */
        get: operations["getV3Locks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/apps/{uuid}/locks/{service}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Takes the update lock of a service for a time, or lets one of the same holder last longer
         * @description Takes every key; that of a service is for its own app alone, and sees nothing of others.
         */
        post: operations["postV3AppsUuidLocksService"];
        /**
         * Releases an update lock that was taken through this API
         * @description Takes every key; that of a service is for its own app alone, and sees nothing of others.
         */
        delete: operations["deleteV3AppsUuidLocksService"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the supervisor works; 503 means that only a restart helps
         * @description Needs no key.
         */
        get: operations["getV3HealthLive"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the supervisor works, and has its engine
         * @description Needs no key.
         */
        get: operations["getV3HealthReady"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/health/detail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Health of the supervisor and its parts
         * @description Takes every key; that of a service is for its own app alone, and sees nothing of others.
         */
        get: operations["getV3HealthDetail"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/diagnostics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * An archive (.tar.gz, at most 26 MB before compression) that describes the device, without its secrets
         * @description Takes the device's own key only.
         */
        post: operations["postV3Diagnostics"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Processor and memory of device and services over the last hour, as far as clients have looked
         * @description Takes every key; that of a service is for its own app alone, and sees nothing of others.
         */
        get: operations["getV3Usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @example {
         *       "appId": 1,
         *       "force": false
         *     }
         */
        AppRequest: {
            appId: number | string;
            force?: (true | 1 | "1" | "true" | "on") | (false | 0 | "0" | "false" | "off" | "" | null);
        };
        AppState: {
            appId: number;
            uuid: string;
            name: string;
            /** @description Of the release that runs completely; null: none does */
            commit: string | null;
            updateStatus: components["schemas"]["UpdateStatus"];
            services: components["schemas"]["ServiceState"][];
        };
        AppStateV2: {
            appId: number;
            appUuid: string;
            commit: string | null;
            updateStatus: components["schemas"]["UpdateStatus"];
            services: {
                [key: string]: {
                    status: components["schemas"]["ServiceStatus"];
                    releaseId: number;
                    /** @description Percent; null: not downloading */
                    downloadProgress: number | null;
                    image: string;
                };
            };
        };
        AppV2: {
            name: string;
            commit?: string | null;
            releaseId?: (number | string) | null;
            services: {
                [key: string]: components["schemas"]["ServiceV2"];
            };
            volumes?: {
                [key: string]: components["schemas"]["VolumeComposition"];
            } | null;
            networks?: {
                [key: string]: components["schemas"]["NetworkComposition"];
            } | null;
            configs?: {
                [key: string]: components["schemas"]["FileComposition"];
            } | null;
            secrets?: {
                [key: string]: components["schemas"]["FileComposition"];
            } | null;
        };
        AppV3: {
            id: number | string;
            name: string;
            /**
             * @default fleet
             * @enum {string}
             */
            class: "fleet" | "app" | "block";
            /** @default false */
            is_host: boolean;
            parent_app?: string | null;
            releases?: {
                [key: string]: {
                    id: number | string;
                    services: {
                        [key: string]: {
                            id: number | string;
                            image_id: number | string;
                            image: string;
                            environment: {
                                [key: string]: string;
                            };
                            labels: {
                                [key: string]: string;
                            };
                            /** @default true */
                            running: boolean;
                            contract?: {
                                [key: string]: unknown;
                            } | null;
                            composition?: components["schemas"]["ServiceComposition"];
                        };
                    };
                    networks?: {
                        [key: string]: components["schemas"]["NetworkComposition"];
                    } | null;
                    volumes?: {
                        [key: string]: components["schemas"]["VolumeComposition"];
                    } | null;
                    configs?: {
                        [key: string]: components["schemas"]["FileComposition"];
                    } | null;
                    secrets?: {
                        [key: string]: components["schemas"]["FileComposition"];
                    } | null;
                };
            };
        };
        /** @description Blocked parts, with their reasons */
        Blocked: {
            /** @description null: no app in particular */
            appId: number | null;
            /** @description null: no service in particular */
            service: string | null;
            /** @description A word for programs, e.g. `locked`, `invalid` */
            reason: string;
            /** @description For a person */
            message: string;
        };
        DataAnswer: {
            Data: string;
            Error: string;
        };
        DeviceIdentity: {
            /** @constant */
            status: "success";
            uuid: string;
            name: string;
            type: string;
            arch: string;
            /** @description Name and version; empty: the host does not tell */
            os: string;
            kernel: string;
            supervisor: {
                /** @description Generation of the contract that clients know as the version */
                contract: string;
                version: string | null;
                /** @description That it was built from */
                commit: string | null;
            };
            /** @description The target comes from a developer, not from the cloud */
            localMode: boolean;
            cloud: {
                /** @description null: there is no cloud */
                endpoint: string | null;
                /** @description null: there is none, or nothing is known */
                connected: boolean | null;
            };
            api: {
                port: number;
                ip: string[];
                mac: string[];
            };
        };
        DeviceState: {
            /** @constant */
            status: "success";
            /** @description false: nothing changes until something happens */
            applying: boolean;
            /** @description Percent; null: not downloading */
            overallDownloadProgress: number | null;
            apps: components["schemas"]["AppState"][];
            blocked: components["schemas"]["Blocked"][];
            notices: components["schemas"]["Notice"][];
        };
        /**
         * @example {
         *       "DeviceLocation": "kitchen"
         *     }
         */
        DeviceTags: {
            [key: string]: string;
        };
        Event: {
            /** @description For `Last-Event-ID`; absent: the next one takes its place */
            id?: string;
            /** @constant */
            event: "operation-started";
            data: {
                /** @description The same for each attempt at the same operation */
                id: string;
                /** @description e.g. `pull-image`, `start-container` */
                kind: string;
                /** @description null: no app in particular */
                appId: number | null;
                /** @description null: no service in particular */
                service: string | null;
                /** @description Why, for a person */
                cause: string;
                /** @description Milliseconds since the epoch */
                time: number;
            };
        } | {
            /** @description For `Last-Event-ID`; absent: the next one takes its place */
            id?: string;
            /** @constant */
            event: "operation-progress";
            data: {
                /** @description The same for each attempt at the same operation */
                id: string;
                /** @description e.g. `pull-image`, `start-container` */
                kind: string;
                /** @description null: no app in particular */
                appId: number | null;
                /** @description null: no service in particular */
                service: string | null;
                /** @description Why, for a person */
                cause: string;
                percent: number;
                receivedBytes: number;
                totalBytes: number;
                /** @description Milliseconds since the epoch */
                time: number;
            };
        } | {
            /** @description For `Last-Event-ID`; absent: the next one takes its place */
            id?: string;
            /** @constant */
            event: "operation-finished";
            data: {
                /** @description The same for each attempt at the same operation */
                id: string;
                /** @description e.g. `pull-image`, `start-container` */
                kind: string;
                /** @description null: no app in particular */
                appId: number | null;
                /** @description null: no service in particular */
                service: string | null;
                /** @description Why, for a person */
                cause: string;
                /** @enum {string} */
                result: "done" | "failed" | "locked" | "skipped" | "cancelled";
                error?: components["schemas"]["Fault"];
                /** @description Milliseconds until it is tried again */
                retryIn: number | null;
                /** @description Milliseconds since the epoch */
                time: number;
            };
        } | {
            /** @description For `Last-Event-ID`; absent: the next one takes its place */
            id?: string;
            /** @constant */
            event: "state-changed";
            data: {
                /** @description Milliseconds since the epoch */
                time: number;
            };
        } | {
            /** @description For `Last-Event-ID`; absent: the next one takes its place */
            id?: string;
            /** @constant */
            event: "blocked";
            /** @description Blocked parts, with their reasons */
            data: {
                /** @description null: no app in particular */
                appId: number | null;
                /** @description null: no service in particular */
                service: string | null;
                /** @description A word for programs, e.g. `locked`, `invalid` */
                reason: string;
                /** @description For a person */
                message: string;
                /** @description Milliseconds since the epoch */
                time: number;
            };
        } | {
            /** @description For `Last-Event-ID`; absent: the next one takes its place */
            id?: string;
            /** @constant */
            event: "notice";
            /** @description A field of the target that has no effect on this device */
            data: {
                /** @description null: no app in particular */
                appId: number | null;
                /** @description null: no service in particular */
                service: string | null;
                field: string;
                reason: string;
                /** @description Milliseconds since the epoch */
                time: number;
            };
        } | {
            /** @description For `Last-Event-ID`; absent: the next one takes its place */
            id?: string;
            /** @constant */
            event: "settled";
            data: {
                changed: boolean;
                /** @description Milliseconds since the epoch */
                time: number;
            };
        } | {
            /** @description For `Last-Event-ID`; absent: the next one takes its place */
            id?: string;
            /** @constant */
            event: "reboot";
            /** @description The host is to reboot for these reasons, or reboots now */
            data: {
                /** @enum {string} */
                phase: "scheduled" | "begins";
                reasons: string[];
                /** @description Milliseconds since the epoch */
                time: number;
            };
        } | {
            /** @description For `Last-Event-ID`; absent: the next one takes its place */
            id?: string;
            /** @constant */
            event: "engine-connected";
            data: {
                /** @description Milliseconds since the epoch */
                time: number;
            };
        } | {
            /** @description For `Last-Event-ID`; absent: the next one takes its place */
            id?: string;
            /** @constant */
            event: "engine-lost";
            data: {
                error: components["schemas"]["Fault"];
                /** @description Milliseconds since the epoch */
                time: number;
            };
        } | {
            /** @description For `Last-Event-ID`; absent: the next one takes its place */
            id?: string;
            /** @constant */
            event: "fault";
            data: {
                error: components["schemas"]["Fault"];
                /** @description Milliseconds since the epoch */
                time: number;
            };
        } | {
            /** @description For `Last-Event-ID`; absent: the next one takes its place */
            id?: string;
            /** @constant */
            event: "gap";
            /** @description So many events are lost to this client; null: it is not known how many */
            data: {
                missed: number | null;
                /** @description Milliseconds since the epoch */
                time: number;
            };
        };
        Failure: {
            /** @constant */
            status: "failed";
            /** @description The problem, for a person */
            message: string;
        };
        Fault: {
            code: string;
            message: string;
            hint?: string;
        };
        FileComposition: {
            content?: string | number | boolean;
            file?: string | number | boolean;
            environment?: string | number | boolean;
            external?: (boolean | string | (0 | 1)) | ({
                name?: string | number | boolean;
            } & {
                [key: string]: unknown;
            });
        } & {
            [key: string]: unknown;
        };
        /**
         * @example {
         *       "force": false
         *     }
         */
        ForceRequest: {
            /** @description Take update locks also from services that hold them */
            force?: (true | 1 | "1" | "true" | "on") | (false | 0 | "0" | "false" | "off" | "" | null);
        };
        Health: {
            healthy: boolean;
        };
        HealthDetail: {
            healthy: boolean;
            ready: boolean;
            /** @description Of the supervisor itself: only a restart helps */
            problems: string[];
            /** @description Faults of the device or its host with their remedies; no reason to restart */
            conditions: components["schemas"]["HealthProblem"][];
            version: string;
            uptimeSeconds: number;
            localMode: boolean;
            /** @description null: not known yet */
            engineConnected: boolean | null;
            /** @description false: degraded, and no reason to restart; null: there is no cloud, or it is not checked */
            cloudConnected: boolean | null;
            applying: boolean;
            blocked: components["schemas"]["Blocked"][];
            notices: components["schemas"]["Notice"][];
        };
        HealthProblem: {
            /** @description e.g. `firewall`, `journal` */
            component: string;
            message: string;
            /** @description The remedy, for a person */
            remedy: string;
        };
        HostConfig: {
            network: {
                /** @description Absent: there is no proxy */
                proxy?: {
                    type?: string;
                    ip?: string;
                    port?: number;
                    login?: string;
                    password?: string;
                    noProxy?: string[];
                    dns?: boolean | string;
                } & {
                    [key: string]: unknown;
                };
                hostname: string;
            };
        };
        /**
         * @example {
         *       "network": {
         *         "hostname": "kitchen"
         *       }
         *     }
         */
        HostConfigPatch: {
            network: {
                /** @description Merged with the present values; null or {} removes the proxy */
                proxy?: ({
                    /**
                     * @example socks4
                     * @example socks5
                     * @example http-connect
                     * @example http-relay
                     */
                    type?: string;
                    /** @description Address or name of the proxy */
                    ip?: string;
                    port?: number | string;
                    login?: string | null;
                    /** @description As the login: null removes it */
                    password?: string | null;
                    /** @description Addresses, subnets and host names that are reached without the proxy */
                    noProxy?: string[] | null;
                    dns?: boolean | string | null;
                } & {
                    [key: string]: unknown;
                }) | null;
                /** @description Empty or null: the first 7 characters of the uuid */
                hostname?: string | null;
                force?: (true | 1 | "1" | "true" | "on") | (false | 0 | "0" | "false" | "off" | "" | null);
            } & {
                [key: string]: unknown;
            };
            /** @description Ignore update locks; also accepted inside `network` */
            force?: (true | 1 | "1" | "true" | "on") | (false | 0 | "0" | "false" | "off" | "" | null);
        } & {
            [key: string]: unknown;
        };
        /**
         * @example {
         *       "count": 20
         *     }
         */
        JournalRequest: {
            /** @description Show fields in full, however long or unprintable */
            all?: (true | 1 | "1" | "true" | "on") | (false | 0 | "0" | "false" | "off" | "" | null);
            /** @description Follow new lines, until the client disconnects */
            follow?: (true | 1 | "1" | "true" | "on") | (false | 0 | "0" | "false" | "off" | "" | null);
            /** @description The most recent lines only */
            count?: (number | string) | null;
            /** @description Of this systemd unit */
            unit?: string | null;
            /** @description Of this container, by its id or tag */
            containerId?: string | null;
            /** @description As `journalctl --output` knows them; the default is `short` */
            format?: string | null;
            /** @description As `journalctl --since` takes it */
            since?: string | null;
            /** @description As `journalctl --until` takes it */
            until?: string | null;
        };
        LocalTarget: components["schemas"]["TargetStateV2"] & components["schemas"]["ForceRequest"];
        Lock: {
            appId: number;
            appUuid: string;
            service: string;
            /** @description null: a lock file; it does not say who made it */
            holder: string | null;
            reason: string | null;
            /** @description null: it lasts until it is removed */
            expiresAt: string | null;
        };
        /**
         * @example {
         *       "reason": "a backup runs",
         *       "ttlSeconds": 600
         *     }
         */
        LockRequest: {
            /**
             * @description Who takes it; another holder does not get it
             * @default api
             */
            holder: string;
            /**
             * @description Shown to clients that wait for the lock
             * @default
             */
            reason: string;
            /**
             * @description After so many seconds it ends by itself
             * @default 600
             */
            ttlSeconds: number;
        };
        LogLine: {
            message: string;
            /** @description Milliseconds since the epoch; absent in the first line */
            timestamp?: number;
            serviceName?: string;
            /**
             * @description The supervisor's own
             * @constant
             */
            isSystem?: true;
            /** @constant */
            isStdErr?: true;
        };
        NetworkComposition: {
            name?: string | number | boolean;
            external?: (boolean | string | (0 | 1)) | ({
                name?: string | number | boolean;
            } & {
                [key: string]: unknown;
            });
            driver?: string | number | boolean;
            driver_opts?: {
                [key: string]: string | number | boolean | null;
            };
            enable_ipv6?: boolean | string | (0 | 1);
            internal?: boolean | string | (0 | 1);
            config_only?: boolean | string | (0 | 1);
            labels?: (string | number | boolean)[] | {
                [key: string]: string | number | boolean | null;
            };
            ipam?: {
                driver?: string | number | boolean;
                config?: ({
                    subnet?: string | number | boolean;
                    gateway?: string | number | boolean;
                    ip_range?: string | number | boolean;
                    aux_addresses?: {
                        [key: string]: string | number | boolean;
                    };
                } & {
                    [key: string]: unknown;
                })[];
                options?: {
                    [key: string]: string | number | boolean | null;
                };
            } & {
                [key: string]: unknown;
            };
        } & {
            [key: string]: unknown;
        };
        /** @example {} */
        Nothing: Record<string, never>;
        /** @description A field of the target that has no effect on this device */
        Notice: {
            /** @description null: no app in particular */
            appId: number | null;
            /** @description null: no service in particular */
            service: string | null;
            field: string;
            reason: string;
        };
        Operation: {
            /** @description The same for each attempt at the same operation */
            id: string;
            /** @description e.g. `pull-image`, `start-container` */
            kind: string;
            /** @description null: no app in particular */
            appId: number | null;
            /** @description null: no service in particular */
            service: string | null;
            /** @description Why, for a person */
            cause: string;
            /** @description Ids of operations that come first */
            dependsOn: string[];
        };
        Plan: {
            /** @constant */
            status: "success";
            operations: components["schemas"]["Operation"][];
            blocked: components["schemas"]["Blocked"][];
            notices: components["schemas"]["Notice"][];
        };
        Port: {
            /** @description Empty: all addresses of the host */
            hostIp: string;
            hostPort: number;
            /** @description With its protocol, e.g. 80/tcp */
            containerPort: string;
        };
        ServiceComposition: {
            annotations?: (string | number | boolean)[] | {
                [key: string]: string | number | boolean | null;
            };
            attach?: boolean | string | (0 | 1);
            blkio_config?: {
                weight?: number | string;
                weight_device?: ({
                    path: string | number | boolean;
                    weight: number | string;
                } & {
                    [key: string]: unknown;
                })[];
                device_read_bps?: ({
                    path: string | number | boolean;
                    rate: number | string;
                } & {
                    [key: string]: unknown;
                })[];
                device_write_bps?: ({
                    path: string | number | boolean;
                    rate: number | string;
                } & {
                    [key: string]: unknown;
                })[];
                device_read_iops?: ({
                    path: string | number | boolean;
                    rate: number | string;
                } & {
                    [key: string]: unknown;
                })[];
                device_write_iops?: ({
                    path: string | number | boolean;
                    rate: number | string;
                } & {
                    [key: string]: unknown;
                })[];
            } & {
                [key: string]: unknown;
            };
            cap_add?: (string | number | boolean)[];
            cap_drop?: (string | number | boolean)[];
            cgroup?: string | number | boolean;
            cgroup_parent?: string | number | boolean;
            command?: (string | number | boolean) | (string | number | boolean)[];
            configs?: ((string | number | boolean) | ({
                source: string | number | boolean;
                target?: string | number | boolean;
                uid?: number | string | boolean;
                gid?: number | string | boolean;
                mode?: number | string | boolean;
            } & {
                [key: string]: unknown;
            }))[];
            cpu_period?: number | string;
            cpu_quota?: number | string;
            cpu_rt_period?: string | number;
            cpu_rt_runtime?: string | number;
            cpu_shares?: number | string;
            cpus?: number | string | boolean;
            cpuset?: string | number | boolean;
            depends_on?: (string | number | boolean)[] | {
                [key: string]: {
                    condition?: string | number | boolean;
                    required?: boolean | string | (0 | 1);
                } & {
                    [key: string]: unknown;
                };
            };
            deploy?: {
                replicas?: number | string;
                resources?: {
                    limits?: {
                        cpus?: number | string | boolean;
                        memory?: number | string;
                        pids?: number | string;
                    } & {
                        [key: string]: unknown;
                    };
                    reservations?: {
                        memory?: number | string;
                        devices?: ({
                            driver?: string | number | boolean;
                            count?: (number | string) | "all";
                            device_ids?: (string | number | boolean)[];
                            capabilities?: (string | number | boolean)[];
                            options?: (string | number | boolean)[] | {
                                [key: string]: string | number | boolean | null;
                            };
                        } & {
                            [key: string]: unknown;
                        })[];
                    } & {
                        [key: string]: unknown;
                    };
                } & {
                    [key: string]: unknown;
                };
            } & {
                [key: string]: unknown;
            };
            device_cgroup_rules?: (string | number | boolean)[];
            devices?: ((string | number | boolean) | ({
                source: string | number | boolean;
                target?: string | number | boolean;
                permissions?: string | number | boolean;
            } & {
                [key: string]: unknown;
            }))[];
            dns?: (string | number | boolean) | (string | number | boolean)[];
            dns_opt?: (string | number | boolean)[];
            dns_search?: (string | number | boolean) | (string | number | boolean)[];
            domainname?: string | number | boolean;
            entrypoint?: (string | number | boolean) | (string | number | boolean)[];
            environment?: (string | number | boolean)[] | {
                [key: string]: string | number | boolean | null;
            };
            expose?: (string | number | boolean)[];
            extra_hosts?: (string | number | boolean)[] | {
                [key: string]: (string | number | boolean | null) | (string | number | boolean)[];
            };
            gpus?: "all" | ({
                driver?: string | number | boolean;
                count?: (number | string) | "all";
                device_ids?: (string | number | boolean)[];
                capabilities?: (string | number | boolean)[];
                options?: (string | number | boolean)[] | {
                    [key: string]: string | number | boolean | null;
                };
            } & {
                [key: string]: unknown;
            })[];
            group_add?: (string | number | boolean)[];
            healthcheck?: {
                test?: (string | number | boolean) | (string | number | boolean)[];
                interval?: string | number;
                timeout?: string | number;
                start_period?: string | number;
                start_interval?: string | number;
                retries?: number | string;
                disable?: boolean | string | (0 | 1);
            } & {
                [key: string]: unknown;
            };
            hostname?: string | number | boolean;
            image?: string | number | boolean;
            init?: boolean | string | (0 | 1);
            ipc?: string | number | boolean;
            labels?: (string | number | boolean)[] | {
                [key: string]: string | number | boolean | null;
            };
            mac_address?: string | number | boolean;
            mem_limit?: number | string;
            mem_reservation?: number | string;
            mem_swappiness?: number | string;
            memswap_limit?: number | string;
            network_mode?: string | number | boolean;
            networks?: (string | number | boolean)[] | {
                [key: string]: ({
                    aliases?: (string | number | boolean)[];
                    ipv4_address?: string | number | boolean;
                    ipv6_address?: string | number | boolean;
                    link_local_ips?: (string | number | boolean)[];
                    priority?: number | string;
                    mac_address?: string | number | boolean;
                    driver_opts?: {
                        [key: string]: string | number | boolean | null;
                    };
                    gw_priority?: number | string;
                } & {
                    [key: string]: unknown;
                }) | null;
            };
            oom_kill_disable?: boolean | string | (0 | 1);
            oom_score_adj?: number | string;
            pid?: string | number | boolean;
            pids_limit?: number | string;
            post_start?: ({
                command: (string | number | boolean) | (string | number | boolean)[];
                user?: number | string | boolean;
                privileged?: boolean | string | (0 | 1);
                working_dir?: string | number | boolean;
                environment?: (string | number | boolean)[] | {
                    [key: string]: string | number | boolean | null;
                };
            } & {
                [key: string]: unknown;
            })[];
            pre_stop?: ({
                command: (string | number | boolean) | (string | number | boolean)[];
                user?: number | string | boolean;
                privileged?: boolean | string | (0 | 1);
                working_dir?: string | number | boolean;
                environment?: (string | number | boolean)[] | {
                    [key: string]: string | number | boolean | null;
                };
            } & {
                [key: string]: unknown;
            })[];
            ports?: (number | (string | number | boolean) | ({
                target: number | string;
                published?: number | string;
                host_ip?: string | number | boolean;
                protocol?: string | number | boolean;
                mode?: string | number | boolean;
            } & {
                [key: string]: unknown;
            }))[];
            privileged?: boolean | string | (0 | 1);
            profiles?: (string | number | boolean)[];
            pull_policy?: string | number | boolean;
            read_only?: boolean | string | (0 | 1);
            restart?: boolean | string;
            runtime?: string | number | boolean;
            secrets?: ((string | number | boolean) | ({
                source: string | number | boolean;
                target?: string | number | boolean;
                uid?: number | string | boolean;
                gid?: number | string | boolean;
                mode?: number | string | boolean;
            } & {
                [key: string]: unknown;
            }))[];
            security_opt?: (string | number | boolean)[];
            shm_size?: number | string;
            stdin_open?: boolean | string | (0 | 1);
            stop_grace_period?: string | number;
            stop_signal?: string | number | boolean;
            storage_opt?: {
                [key: string]: string | number | boolean | null;
            };
            sysctls?: (string | number | boolean)[] | {
                [key: string]: string | number | boolean | null;
            };
            tmpfs?: (string | number | boolean) | (string | number | boolean)[];
            tty?: boolean | string | (0 | 1);
            ulimits?: {
                [key: string]: (number | string) | ({
                    soft: number | string;
                    hard: number | string;
                } & {
                    [key: string]: unknown;
                });
            };
            user?: string | number | boolean;
            userns_mode?: string | number | boolean;
            uts?: string | number | boolean;
            volumes?: ((string | number | boolean) | ({
                type: string | number | boolean;
                source?: string | number | boolean;
                target: string | number | boolean;
                read_only?: boolean | string | (0 | 1);
                bind?: {
                    propagation?: string | number | boolean;
                    selinux?: string | number | boolean;
                    create_host_path?: boolean | string | (0 | 1);
                } & {
                    [key: string]: unknown;
                };
                volume?: {
                    nocopy?: boolean | string | (0 | 1);
                    subpath?: string | number | boolean;
                } & {
                    [key: string]: unknown;
                };
                tmpfs?: {
                    size?: number | string;
                    mode?: number | string;
                } & {
                    [key: string]: unknown;
                };
            } & {
                [key: string]: unknown;
            }))[];
            volumes_from?: (string | number | boolean)[];
            working_dir?: string | number | boolean;
        } & {
            [key: string]: unknown;
        };
        /**
         * @example {
         *       "serviceName": "main",
         *       "force": false
         *     }
         */
        ServiceRequest: {
            /** @description The service, by name */
            serviceName?: string | null;
            /** @description The service, by the id of its image */
            imageId?: (number | string) | null;
            force?: (true | 1 | "1" | "true" | "on") | (false | 0 | "0" | "false" | "off" | "" | null);
        };
        ServiceState: {
            name: string;
            serviceId: number;
            imageId: number;
            releaseId: number;
            image: string;
            status: components["schemas"]["ServiceStatus"];
            /** @enum {string} */
            health: "none" | "starting" | "healthy" | "unhealthy";
            /** @description Percent; null: not downloading */
            downloadProgress: number | null;
            /** @description null: there is no container yet */
            containerId: string | null;
            /** @description Milliseconds since the epoch */
            createdAt: number | null;
            /** @description Milliseconds since the epoch; null: never started */
            startedAt: number | null;
            /** @description By the engine, since it was last started on purpose */
            restarts: number;
            /** @description Of the last run; null: none has ended */
            exitCode: number | null;
            /** @description Services of the app that have to be there first */
            dependsOn: string[];
            ports: components["schemas"]["Port"][];
        };
        /** @enum {string} */
        ServiceStatus: "Downloading" | "Downloaded" | "Installing" | "Installed" | "Starting" | "Running" | "Stopping" | "Dead" | "Handing over" | "Awaiting handover" | "exited" | "paused" | "restarting";
        ServiceUsage: {
            appId: number;
            service: string;
            /** @description Of all processors; null: this is its first sample */
            cpuPercent: number | null;
            memoryBytes: number;
        };
        ServiceV2: ({
            imageId: number | string;
            serviceName: string;
            serviceId?: number | string;
            image: string;
            /** @default true */
            running: boolean;
            /** @default {} */
            environment: {
                [key: string]: string;
            };
            /** @default {} */
            labels: {
                [key: string]: string;
            };
            contract?: {
                [key: string]: unknown;
            } | null;
        } & {
            [key: string]: unknown;
        }) & components["schemas"]["ServiceComposition"];
        ServicesOfApp: {
            local: {
                [key: string]: {
                    services: {
                        [key: string]: {
                            status: components["schemas"]["ServiceStatus"];
                            releaseId: number;
                            /** @description Percent; null: not downloading */
                            download_progress: number | null;
                        };
                    };
                };
            };
            commit: string | null;
        };
        StatusV2: {
            /** @constant */
            status: "success";
            /** @enum {string} */
            appState: "applying" | "applied";
            /** @description Percent; null: not downloading */
            overallDownloadProgress: number | null;
            containers: {
                status: components["schemas"]["ServiceStatus"];
                serviceName: string;
                appId: number;
                imageId: number;
                serviceId: number;
                containerId: string;
                createdAt: string | null;
            }[];
            images: {
                name: string;
                appId: number;
                serviceName: string;
                imageId: number;
                dockerImageId: string | null;
                /** @enum {string} */
                status: "Downloading" | "Downloaded";
                /** @description Percent; null: not downloading */
                downloadProgress: number | null;
            }[];
            /** @description Commit of the release that runs */
            release: string | null;
        };
        /**
         * @description Apps by their id
         * @example {
         *       "local": {
         *         "name": "kitchen",
         *         "config": {
         *           "SUPERVISOR_POLL_INTERVAL": "600000"
         *         },
         *         "apps": {
         *           "1": {
         *             "name": "web",
         *             "commit": "localcommit",
         *             "releaseId": 1,
         *             "services": {
         *               "1": {
         *                 "imageId": 1,
         *                 "serviceName": "main",
         *                 "image": "registry.example.com/web:1.4.0",
         *                 "environment": {
         *                   "GREETING": "hello"
         *                 },
         *                 "labels": {},
         *                 "ports": [
         *                   "80:8080"
         *                 ],
         *                 "volumes": [
         *                   "data:/data"
         *                 ]
         *               }
         *             },
         *             "volumes": {
         *               "data": {}
         *             },
         *             "networks": {}
         *           }
         *         }
         *       }
         *     }
         */
        TargetStateV2: {
            local: {
                name?: string | null;
                config?: {
                    [key: string]: string;
                };
                apps: {
                    [key: string]: components["schemas"]["AppV2"];
                };
            };
        } & {
            [key: string]: unknown;
        };
        /**
         * @description Apps by their uuid, below the uuid of the device
         * @example {
         *       "0123456789abcdef0123456789abcdef": {
         *         "name": "kitchen",
         *         "config": {
         *           "BALENA_SUPERVISOR_POLL_INTERVAL": "600000"
         *         },
         *         "apps": {
         *           "fedcba9876543210fedcba9876543210": {
         *             "id": 1,
         *             "name": "web",
         *             "releases": {
         *               "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c": {
         *                 "id": 1,
         *                 "services": {
         *                   "main": {
         *                     "id": 1,
         *                     "image_id": 1,
         *                     "image": "registry.example.com/web:1.4.0",
         *                     "environment": {
         *                       "GREETING": "hello"
         *                     },
         *                     "labels": {},
         *                     "composition": {
         *                       "ports": [
         *                         "80:8080"
         *                       ],
         *                       "volumes": [
         *                         "data:/data"
         *                       ]
         *                     }
         *                   }
         *                 },
         *                 "volumes": {
         *                   "data": {}
         *                 },
         *                 "networks": {}
         *               }
         *             }
         *           }
         *         }
         *       }
         *     }
         */
        TargetStateV3: {
            [key: string]: {
                name?: string;
                config?: {
                    [key: string]: string;
                };
                apps: {
                    [key: string]: components["schemas"]["AppV3"];
                };
            };
        };
        /**
         * @example {
         *       "force": false
         *     }
         */
        UpdateRequest: {
            /** @description Take update locks also from services that hold them */
            force?: (true | 1 | "1" | "true" | "on") | (false | 0 | "0" | "false" | "off" | "" | null);
            /** @description Cancel the apply that is running */
            cancel?: (true | 1 | "1" | "true" | "on") | (false | 0 | "0" | "false" | "off" | "" | null);
        };
        /** @enum {string} */
        UpdateStatus: "rejected" | "aborted" | "downloading" | "downloaded" | "applying changes" | "done";
        Usage: {
            /** @constant */
            status: "success";
            /** @description A client that asks more often gets no more samples */
            intervalSeconds: number;
            /** @description Older samples are dropped */
            spanSeconds: number;
            samples: components["schemas"]["UsageSample"][];
        };
        UsageSample: {
            /** @description Milliseconds since the epoch */
            time: number;
            /** @description Of all processors; null: the host does not tell */
            cpuPercent: number | null;
            /** @description Without caches */
            memoryBytes: number | null;
            memoryTotalBytes: number | null;
            services: components["schemas"]["ServiceUsage"][];
        };
        VolumeComposition: {
            name?: string | number | boolean;
            external?: (boolean | string | (0 | 1)) | ({
                name?: string | number | boolean;
            } & {
                [key: string]: unknown;
            });
            driver?: string | number | boolean;
            driver_opts?: {
                [key: string]: string | number | boolean | null;
            };
            labels?: (string | number | boolean)[] | {
                [key: string]: string | number | boolean | null;
            };
        } & {
            [key: string]: unknown;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example <!doctype html> */
                    "text/html": string;
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getPageFile: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                file: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example export {}; */
                    "text/javascript": string;
                };
            };
            /** @description The request is invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getPing: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example OK */
                    "text/plain": string;
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getV1Healthy: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example OK */
                    "text/plain": string;
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example Unhealthy */
                    "text/plain": string;
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    postV1RegenerateApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["Nothing"];
                /** @example {} */
                "application/x-www-form-urlencoded": components["schemas"]["Nothing"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example 480af7bb8a9cf56de8a1e295f0d50e6b3bb46676aaddbf4103aa43cb57039364 */
                    "text/plain": string;
                };
            };
            /** @description The request is invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is larger than the limit of the route */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too many requests or streams are open; try again in a moment */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    postV1Update: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "force": false
                 *     }
                 */
                "application/json": components["schemas"]["UpdateRequest"];
                /**
                 * @example {
                 *       "force": false
                 *     }
                 */
                "application/x-www-form-urlencoded": components["schemas"]["UpdateRequest"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Accepted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is larger than the limit of the route */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too many requests or streams are open; try again in a moment */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    postV1Blink: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["Nothing"];
                /** @example {} */
                "application/x-www-form-urlencoded": components["schemas"]["Nothing"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example OK */
                    "text/plain": string;
                };
            };
            /** @description The request is invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is larger than the limit of the route */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too many requests or streams are open; try again in a moment */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    postV1Reboot: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "force": false
                 *     }
                 */
                "application/json": components["schemas"]["ForceRequest"];
                /**
                 * @example {
                 *       "force": false
                 *     }
                 */
                "application/x-www-form-urlencoded": components["schemas"]["ForceRequest"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DataAnswer"];
                };
            };
            /** @description The request is invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DataAnswer"];
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is larger than the limit of the route */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A service holds its update lock, or the host is being updated */
            423: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DataAnswer"];
                };
            };
            /** @description Too many requests or streams are open; try again in a moment */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DataAnswer"];
                };
            };
        };
    };
    postV1Shutdown: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "force": false
                 *     }
                 */
                "application/json": components["schemas"]["ForceRequest"];
                /**
                 * @example {
                 *       "force": false
                 *     }
                 */
                "application/x-www-form-urlencoded": components["schemas"]["ForceRequest"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DataAnswer"];
                };
            };
            /** @description The request is invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DataAnswer"];
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is larger than the limit of the route */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A service holds its update lock, or the host is being updated */
            423: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DataAnswer"];
                };
            };
            /** @description Too many requests or streams are open; try again in a moment */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DataAnswer"];
                };
            };
        };
    };
    getV1DeviceHostConfig: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HostConfig"];
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    patchV1DeviceHostConfig: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "network": {
                 *         "hostname": "kitchen"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["HostConfigPatch"];
                /**
                 * @example {
                 *       "network": {
                 *         "hostname": "kitchen"
                 *       }
                 *     }
                 */
                "application/x-www-form-urlencoded": components["schemas"]["HostConfigPatch"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example OK */
                    "text/plain": string;
                };
            };
            /** @description The request is invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is larger than the limit of the route */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A service holds its update lock, or the host is being updated */
            423: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Too many requests or streams are open; try again in a moment */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getV1Device: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        api_port: number;
                        /** @description Absent while an update is applied */
                        commit?: string;
                        /** @description Addresses with blanks between them */
                        ip_address: string;
                        /** @description Addresses with blanks between them */
                        mac_address: string;
                        /** @description Of the first service; `Idle` when it runs, or there is none */
                        status: string;
                        /** @description Percent; null: not downloading */
                        download_progress: number | null;
                        os_version: string;
                        supervisor_version: string;
                        update_pending: boolean;
                        update_downloaded: boolean;
                        update_failed: boolean;
                    };
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    postV1Purge: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "appId": 1,
                 *       "force": false
                 *     }
                 */
                "application/json": components["schemas"]["AppRequest"];
                /**
                 * @example {
                 *       "appId": 1,
                 *       "force": false
                 *     }
                 */
                "application/x-www-form-urlencoded": components["schemas"]["AppRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DataAnswer"];
                };
            };
            /** @description The request is invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is larger than the limit of the route */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A service holds its update lock, or the host is being updated */
            423: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too many requests or streams are open; try again in a moment */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    postV1Restart: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "appId": 1,
                 *       "force": false
                 *     }
                 */
                "application/json": components["schemas"]["AppRequest"];
                /**
                 * @example {
                 *       "appId": 1,
                 *       "force": false
                 *     }
                 */
                "application/x-www-form-urlencoded": components["schemas"]["AppRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example OK */
                    "text/plain": string;
                };
            };
            /** @description The request is invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is larger than the limit of the route */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A service holds its update lock, or the host is being updated */
            423: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too many requests or streams are open; try again in a moment */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    postV1AppsAppIdStop: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the app (fleet) */
                appId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "force": false
                 *     }
                 */
                "application/json": components["schemas"]["ForceRequest"];
                /**
                 * @example {
                 *       "force": false
                 *     }
                 */
                "application/x-www-form-urlencoded": components["schemas"]["ForceRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        containerId: string;
                    };
                };
            };
            /** @description The request is invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is larger than the limit of the route */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A service holds its update lock, or the host is being updated */
            423: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too many requests or streams are open; try again in a moment */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    postV1AppsAppIdStart: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the app (fleet) */
                appId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "force": false
                 *     }
                 */
                "application/json": components["schemas"]["ForceRequest"];
                /**
                 * @example {
                 *       "force": false
                 *     }
                 */
                "application/x-www-form-urlencoded": components["schemas"]["ForceRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        containerId: string;
                    };
                };
            };
            /** @description The request is invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is larger than the limit of the route */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A service holds its update lock, or the host is being updated */
            423: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too many requests or streams are open; try again in a moment */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getV1AppsAppId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the app (fleet) */
                appId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        appId: number;
                        commit: string | null;
                        containerId: string;
                        env: {
                            [key: string]: string;
                        };
                        /** @description Reference of the image */
                        imageId: string;
                        releaseId: number;
                    };
                };
            };
            /** @description The request is invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getV2StateStatus: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StatusV2"];
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getV2ApplicationsState: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: components["schemas"]["AppStateV2"];
                    };
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getV2ApplicationsAppIdState: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the app (fleet) */
                appId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServicesOfApp"];
                };
            };
            /** @description The request is invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The app is not on the device, or the key has no access to it */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getV2ContainerId: {
        parameters: {
            query?: {
                /** @description Name of a service */
                service?: string;
                /** @description The same */
                serviceName?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "success";
                        services: {
                            [key: string]: string;
                        };
                    } | {
                        /** @constant */
                        status: "success";
                        containerId: string;
                    };
                };
            };
            /** @description The request is invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    postV2ApplicationsAppIdRestartService: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the app (fleet) */
                appId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "serviceName": "main",
                 *       "force": false
                 *     }
                 */
                "application/json": components["schemas"]["ServiceRequest"];
                /**
                 * @example {
                 *       "serviceName": "main",
                 *       "force": false
                 *     }
                 */
                "application/x-www-form-urlencoded": components["schemas"]["ServiceRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example OK */
                    "text/plain": string;
                };
            };
            /** @description The request is invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Not found on the device */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is larger than the limit of the route */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A service holds its update lock, or the host is being updated */
            423: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too many requests or streams are open; try again in a moment */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    postV2ApplicationsAppIdStopService: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the app (fleet) */
                appId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "serviceName": "main",
                 *       "force": false
                 *     }
                 */
                "application/json": components["schemas"]["ServiceRequest"];
                /**
                 * @example {
                 *       "serviceName": "main",
                 *       "force": false
                 *     }
                 */
                "application/x-www-form-urlencoded": components["schemas"]["ServiceRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example OK */
                    "text/plain": string;
                };
            };
            /** @description The request is invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Not found on the device */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is larger than the limit of the route */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A service holds its update lock, or the host is being updated */
            423: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too many requests or streams are open; try again in a moment */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    postV2ApplicationsAppIdStartService: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the app (fleet) */
                appId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "serviceName": "main",
                 *       "force": false
                 *     }
                 */
                "application/json": components["schemas"]["ServiceRequest"];
                /**
                 * @example {
                 *       "serviceName": "main",
                 *       "force": false
                 *     }
                 */
                "application/x-www-form-urlencoded": components["schemas"]["ServiceRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example OK */
                    "text/plain": string;
                };
            };
            /** @description The request is invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Not found on the device */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is larger than the limit of the route */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A service holds its update lock, or the host is being updated */
            423: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too many requests or streams are open; try again in a moment */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    postV2ApplicationsAppIdRestart: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the app (fleet) */
                appId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "force": false
                 *     }
                 */
                "application/json": components["schemas"]["ForceRequest"];
                /**
                 * @example {
                 *       "force": false
                 *     }
                 */
                "application/x-www-form-urlencoded": components["schemas"]["ForceRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example OK */
                    "text/plain": string;
                };
            };
            /** @description The request is invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Not found on the device */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is larger than the limit of the route */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A service holds its update lock, or the host is being updated */
            423: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too many requests or streams are open; try again in a moment */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    postV2ApplicationsAppIdPurge: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the app (fleet) */
                appId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "force": false
                 *     }
                 */
                "application/json": components["schemas"]["ForceRequest"];
                /**
                 * @example {
                 *       "force": false
                 *     }
                 */
                "application/x-www-form-urlencoded": components["schemas"]["ForceRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example OK */
                    "text/plain": string;
                };
            };
            /** @description The request is invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Not found on the device */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is larger than the limit of the route */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A service holds its update lock, or the host is being updated */
            423: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too many requests or streams are open; try again in a moment */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getV2Version: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "success";
                        version: string;
                    };
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getV2DeviceName: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "success";
                        deviceName: string;
                    };
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getV2DeviceTags: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "success";
                        tags: {
                            id: number;
                            name: string;
                            value: string;
                        }[];
                    };
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    patchV2DeviceTags: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "DeviceLocation": "kitchen"
                 *     }
                 */
                "application/json": components["schemas"]["DeviceTags"];
                /**
                 * @example {
                 *       "DeviceLocation": "kitchen"
                 *     }
                 */
                "application/x-www-form-urlencoded": components["schemas"]["DeviceTags"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "success";
                    };
                };
            };
            /** @description The request is invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is larger than the limit of the route */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too many requests or streams are open; try again in a moment */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getV2DeviceVpn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "success";
                        vpn: {
                            enabled: boolean;
                            connected: boolean;
                        };
                    };
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getV2LocalTargetState: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "success";
                        state: {
                            local: {
                                name: string;
                                config: {
                                    [key: string]: string;
                                };
                                apps: {
                                    [key: string]: {
                                        name: string;
                                    } & {
                                        [key: string]: unknown;
                                    };
                                };
                            };
                        };
                    };
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    postV2LocalTargetState: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "local": {
                 *         "name": "kitchen",
                 *         "config": {
                 *           "SUPERVISOR_POLL_INTERVAL": "600000"
                 *         },
                 *         "apps": {
                 *           "1": {
                 *             "name": "web",
                 *             "commit": "localcommit",
                 *             "releaseId": 1,
                 *             "services": {
                 *               "1": {
                 *                 "imageId": 1,
                 *                 "serviceName": "main",
                 *                 "image": "registry.example.com/web:1.4.0",
                 *                 "environment": {
                 *                   "GREETING": "hello"
                 *                 },
                 *                 "labels": {},
                 *                 "ports": [
                 *                   "80:8080"
                 *                 ],
                 *                 "volumes": [
                 *                   "data:/data"
                 *                 ]
                 *               }
                 *             },
                 *             "volumes": {
                 *               "data": {}
                 *             },
                 *             "networks": {}
                 *           }
                 *         }
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["LocalTarget"];
                /**
                 * @example {
                 *       "local": {
                 *         "name": "kitchen",
                 *         "config": {
                 *           "SUPERVISOR_POLL_INTERVAL": "600000"
                 *         },
                 *         "apps": {
                 *           "1": {
                 *             "name": "web",
                 *             "commit": "localcommit",
                 *             "releaseId": 1,
                 *             "services": {
                 *               "1": {
                 *                 "imageId": 1,
                 *                 "serviceName": "main",
                 *                 "image": "registry.example.com/web:1.4.0",
                 *                 "environment": {
                 *                   "GREETING": "hello"
                 *                 },
                 *                 "labels": {},
                 *                 "ports": [
                 *                   "80:8080"
                 *                 ],
                 *                 "volumes": [
                 *                   "data:/data"
                 *                 ]
                 *               }
                 *             },
                 *             "volumes": {
                 *               "data": {}
                 *             },
                 *             "networks": {}
                 *           }
                 *         }
                 *       }
                 *     }
                 */
                "application/x-www-form-urlencoded": components["schemas"]["LocalTarget"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "success";
                        /** @constant */
                        message: "OK";
                    };
                };
            };
            /** @description The request is invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is larger than the limit of the route */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too many requests or streams are open; try again in a moment */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getV2LocalDeviceInfo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "success";
                        info: {
                            arch: string;
                            deviceType: string;
                        };
                    };
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getV2LocalLogs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too many requests or streams are open; try again in a moment */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getV2CleanupVolumes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "success";
                    };
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A service holds its update lock, or the host is being updated */
            423: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    postV2JournalLogs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "count": 20
                 *     }
                 */
                "application/json": components["schemas"]["JournalRequest"];
                /**
                 * @example {
                 *       "count": 20
                 *     }
                 */
                "application/x-www-form-urlencoded": components["schemas"]["JournalRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description The request is invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is larger than the limit of the route */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too many requests or streams are open; try again in a moment */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getV3OpenapiJson: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        openapi: string;
                        paths: {
                            [key: string]: unknown;
                        };
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getV3Docs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example <!doctype html> */
                    "text/html": string;
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getV3Device: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceIdentity"];
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getV3Plan: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plan"];
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    postV3Plan: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "local": {
                 *         "name": "kitchen",
                 *         "config": {
                 *           "SUPERVISOR_POLL_INTERVAL": "600000"
                 *         },
                 *         "apps": {
                 *           "1": {
                 *             "name": "web",
                 *             "commit": "localcommit",
                 *             "releaseId": 1,
                 *             "services": {
                 *               "1": {
                 *                 "imageId": 1,
                 *                 "serviceName": "main",
                 *                 "image": "registry.example.com/web:1.4.0",
                 *                 "environment": {
                 *                   "GREETING": "hello"
                 *                 },
                 *                 "labels": {},
                 *                 "ports": [
                 *                   "80:8080"
                 *                 ],
                 *                 "volumes": [
                 *                   "data:/data"
                 *                 ]
                 *               }
                 *             },
                 *             "volumes": {
                 *               "data": {}
                 *             },
                 *             "networks": {}
                 *           }
                 *         }
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["TargetStateV2"] | components["schemas"]["TargetStateV3"];
                /**
                 * @example {
                 *       "local": {
                 *         "name": "kitchen",
                 *         "config": {
                 *           "SUPERVISOR_POLL_INTERVAL": "600000"
                 *         },
                 *         "apps": {
                 *           "1": {
                 *             "name": "web",
                 *             "commit": "localcommit",
                 *             "releaseId": 1,
                 *             "services": {
                 *               "1": {
                 *                 "imageId": 1,
                 *                 "serviceName": "main",
                 *                 "image": "registry.example.com/web:1.4.0",
                 *                 "environment": {
                 *                   "GREETING": "hello"
                 *                 },
                 *                 "labels": {},
                 *                 "ports": [
                 *                   "80:8080"
                 *                 ],
                 *                 "volumes": [
                 *                   "data:/data"
                 *                 ]
                 *               }
                 *             },
                 *             "volumes": {
                 *               "data": {}
                 *             },
                 *             "networks": {}
                 *           }
                 *         }
                 *       }
                 *     }
                 */
                "application/x-www-form-urlencoded": components["schemas"]["TargetStateV2"] | components["schemas"]["TargetStateV3"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plan"];
                };
            };
            /** @description The request is invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is larger than the limit of the route */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too many requests or streams are open; try again in a moment */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getV3State: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceState"];
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getV3Events: {
        parameters: {
            query?: {
                /** @description For clients that cannot send the header */
                lastEventId?: string;
                /** @description false: the events that are kept, and no more */
                follow?: (true | 1 | "1" | "true" | "on") | (false | 0 | "0" | "false" | "off" | "" | null);
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description The request is invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too many requests or streams are open; try again in a moment */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getV3Metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example # TYPE supervisor_applying gauge
                     *     supervisor_applying 0
                     */
                    "text/plain": string;
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getV3Locks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "success";
                        locks: components["schemas"]["Lock"][];
                    };
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    postV3AppsUuidLocksService: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Uuid of the app */
                uuid: string;
                /** @description Name of the service */
                service: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "reason": "a backup runs",
                 *       "ttlSeconds": 600
                 *     }
                 */
                "application/json": components["schemas"]["LockRequest"];
                /**
                 * @example {
                 *       "reason": "a backup runs",
                 *       "ttlSeconds": 600
                 *     }
                 */
                "application/x-www-form-urlencoded": components["schemas"]["LockRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "success";
                        lock: components["schemas"]["Lock"];
                    };
                };
            };
            /** @description The request is invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Not found on the device */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is larger than the limit of the route */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A service holds its update lock, or the host is being updated */
            423: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too many requests or streams are open; try again in a moment */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    deleteV3AppsUuidLocksService: {
        parameters: {
            query?: {
                /** @description Who took it */
                holder?: string;
            };
            header?: never;
            path: {
                /** @description Uuid of the app */
                uuid: string;
                /** @description Name of the service */
                service: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "success";
                    };
                };
            };
            /** @description The request is invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Not found on the device */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getV3HealthLive: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    getV3HealthReady: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    getV3HealthDetail: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthDetail"];
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    postV3Diagnostics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["Nothing"];
                /** @example {} */
                "application/x-www-form-urlencoded": components["schemas"]["Nothing"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/gzip": string;
                };
            };
            /** @description The request is invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is larger than the limit of the route */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too many requests or streams are open; try again in a moment */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getV3Usage: {
        parameters: {
            query?: {
                /** @description Only samples after this one, in milliseconds since the epoch */
                after?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Usage"];
                };
            };
            /** @description The request is invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The key is missing, unknown, or not sufficient */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A page of another site sent it, or it came to a name that is not this device’s, and it has no key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It did not work */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
}
