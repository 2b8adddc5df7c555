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

    static final Setting<Long> IMAGES_SIZE = Setting.of(
            "grid.images-size",
            "--images-size",
            SettingType.bytes("1m", "1024g"),
            "512m",
            "memory of each worker for its sessions and those it keeps for others, taken as it is needed");

    static final Setting<Integer> IMAGES_RESERVE = Setting.of(
            "grid.images-reserve",
            "--images-reserve",
            SettingType.wholeNumber(0, 90),
            "50",
            "percent of it that are for sessions which are there already: when less is free, requests that would begin one are answered 503."
                    + " A call with a short state doubles for half a minute when it hangs up");

    static final SettingGroup GROUP = SettingGroup.of("State grid", REGISTRY, DIRECTORY, IMAGES_SIZE, IMAGES_RESERVE);

    private GridSettings() {}
}
