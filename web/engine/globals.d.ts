/** Bytes the worker downloads in all; put in by the build. */
declare const DOWNLOAD_SIZE: number;
