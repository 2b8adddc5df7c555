package io.dialtone.state.api;

import java.util.List;

/**
 * What a process last said of those that it watches. Immutable; as soft as {@link MemberFigures}.
 *
 * @param watcher the number of the process that watches
 * @param incarnation of the process that watches
 * @param processes those that it watches now
 */
public record WatchedProcesses(int watcher, long incarnation, List<MemberFigures> processes) {
    /** So many one process may watch. */
    public static final int PROCESSES_MAX = 256;

    public WatchedProcesses {
        processes = List.copyOf(processes);
    }
}
