package io.dialtone.state.api;

/**
 * What a member last said of itself: some seconds old, perhaps lost, good for pages and for planning, never for who owns what. Immutable.
 *
 * @param number its number in the cluster's list of members
 * @param incarnation its process's start
 * @param loadPercent how busy its busiest worker is
 * @param sessions how many sessions it owns
 */
public record MemberFigures(int number, long incarnation, int loadPercent, long sessions) {}
