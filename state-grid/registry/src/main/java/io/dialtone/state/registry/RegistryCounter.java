package io.dialtone.state.registry;

import java.util.EnumSet;
import java.util.Set;

/** What is counted in a member of the registry or in a client of it, for operators' dashboards; the sentence is the help text. */
public enum RegistryCounter {
    COMMANDS_APPLIED("Commands that made a new map."),
    COMMANDS_REFUSED("Commands that came too late, from an old incarnation, or twice."),
    MEMBERS_TIMED_OUT("Members held dead because no session spoke for them for too long."),
    FRAMES_MALFORMED("Messages refused because they are none of ours."),
    MAPS_SENT("Maps sent to clients."),
    MAPS_HELD_UP("Maps that a client did not take at once; they are sent again."),
    SNAPSHOTS("Snapshots taken."),
    SNAPSHOTS_FETCHED("Snapshots fetched from the leader because this member had nothing, or lay behind."),
    LOG_BYTES_PURGED("Bytes of the log deleted because snapshots have made them superfluous."),
    CONNECTED("Times a session with the registry was opened."),
    CONNECT_FAILED("Times no session could be opened."),
    DISCONNECTED("Times a session with the registry ended."),
    LEADERS("Times another member of the registry became leader."),
    MAPS_RECEIVED("Newer maps received."),
    PROPOSALS_SENT("Proposals sent, repetitions counted."),
    PROPOSALS_ANSWERED("Proposals answered."),
    PROPOSALS_GIVEN_UP("Proposals not answered in time; who still wants them asks again."),
    PROPOSALS_REFUSED("Proposals not taken because too many wait already."),
    REGISTRY_REPLACED("Maps ignored because they come from another registry than before.");

    private final String sentence;

    RegistryCounter(final String sentence) {
        this.sentence = sentence;
    }

    /** What a member counts. */
    public static Set<RegistryCounter> ofMembers() {
        return EnumSet.range(COMMANDS_APPLIED, LOG_BYTES_PURGED);
    }

    /** What a client counts. */
    public static Set<RegistryCounter> ofClients() {
        return EnumSet.complementOf(EnumSet.range(COMMANDS_APPLIED, LOG_BYTES_PURGED));
    }

    /** One sentence for people. */
    public String sentence() {
        return sentence;
    }
}
