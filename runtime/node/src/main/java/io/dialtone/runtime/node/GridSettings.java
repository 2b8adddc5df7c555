package io.dialtone.runtime.node;

import java.nio.file.Path;
import java.util.List;

/** Settings of the state grid: how many nodes know a session, and who keeps the registry. */
final class GridSettings {
    static final Setting<List<RegistryPlace>> REGISTRY = Setting.optional(
            "grid.registry",
            "--registry",
            SettingType.listOf(RegistryPlace.TYPE),
            "the processes that keep the registry, one or three, none of them a node: NAME@HOST:PORT, using PORT and the four"
                    + " after it; without it slots are dealt to the nodes for good, and a node's sessions die with it");

    static final Setting<Path> DIRECTORY = Setting.optional(
            "grid.registry-directory",
            "--registry-directory",
            SettingType.file(),
            "where a process that keeps the registry has its log and snapshots, on disk; a folder for each process is made in it");

    static final Setting<Integer> BACKUPS = Setting.of(
            "grid.backups",
            "--backups",
            SettingType.wholeNumber(0, 2),
            "1",
            "how many nodes besides its owner know each session before an answer leaves; the same for all members");

    static final Setting<Long> IMAGES_SIZE = Setting.of(
            "grid.images-size",
            "--images-size",
            SettingType.bytes("1m", "1024g"),
            "512m",
            "memory of each worker for its sessions and those it keeps for others; when it is nearly full new sessions are answered 503");

    static final SettingGroup GROUP = SettingGroup.of("State grid", REGISTRY, DIRECTORY, BACKUPS, IMAGES_SIZE);

    private GridSettings() {}
}
