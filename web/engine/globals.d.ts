/** Bytes the worker downloads in all; put in by the build. */
declare const DOWNLOAD_SIZE: number;

/** What the DOM library does not declare yet; absent in browsers without trusted types. */
declare var trustedTypes:
  | {
      createPolicy(
        name: string,
        rules: { createScriptURL: (input: string) => string },
      ): { createScriptURL(input: string): string };
    }
  | undefined;
