package io.dialtone.runtime.node;

import java.nio.file.Path;

/** Settings of what a node writes of calls that have ended. */
final class CdrSettings {
    static final Setting<Path> DIRECTORY = Setting.optional(
            "cdr.directory",
            "--cdr-directory",
            SettingType.file(),
            "where a node writes a line of JSON for each call that has ended, in a file of its own name: NAME.cdr.jsonl; without it none is written");

    static final Setting<Long> FILE_MAX = Setting.of(
            "cdr.file-max",
            "--cdr-file-max",
            SettingType.bytes("64k", "64g"),
            "64m",
            "size at which the file is put aside as NAME.cdr.jsonl.1, and those before it one further");

    static final Setting<Integer> FILES_MAX = Setting.of(
            "cdr.files-max",
            "--cdr-files-max",
            SettingType.wholeNumber(1, 1_000),
            "8",
            "files that are kept, the one being written included; the oldest is deleted");

    static final Setting<Integer> QUEUE_SIZE = Setting.of(
            "cdr.queue-size",
            "--cdr-queue-size",
            SettingType.size("64k", "64m"),
            "4m",
            "memory for records that wait to be written, rounded up to a power of two; what finds no room is dropped and counted, and calls go on");

    static final SettingGroup GROUP = SettingGroup.of("Call records", DIRECTORY, FILE_MAX, FILES_MAX, QUEUE_SIZE);

    private CdrSettings() {}
}
