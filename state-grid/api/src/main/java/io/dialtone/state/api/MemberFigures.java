package io.dialtone.state.api;

/**
 * What was last said of a process: some seconds old, perhaps lost, good for pages and for planning, never for who owns what. Immutable.
 *
 * @param number its number in the cluster
 * @param incarnation its process's start
 * @param loadPercent what part of its machine's processors it takes; of a host, what part all take
 * @param sessions how many sessions it owns; of a host, its nodes together
 */
public record MemberFigures(int number, long incarnation, int loadPercent, long sessions) {}
