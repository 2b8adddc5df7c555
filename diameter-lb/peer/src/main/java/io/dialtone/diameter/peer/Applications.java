package io.dialtone.diameter.peer;

import io.dialtone.diameter.codec.ApplicationId;
import java.util.Arrays;

/** Application-Ids that a node supports, or that two have in common. Immutable. */
public final class Applications {
    static final Applications NONE = new Applications(new int[0], 0);

    private final int[] sorted;
    private final boolean relay;

    Applications(final int[] ids, final int count) {
        this.sorted = Arrays.stream(ids, 0, count).sorted().distinct().toArray();
        this.relay = Arrays.binarySearch(sorted, ApplicationId.RELAY) >= 0;
    }

    /** Whether requests of an application may be sent to whoever has these: a relay takes all. Does not allocate. */
    public boolean contains(final int applicationId) {
        return relay || Arrays.binarySearch(sorted, applicationId) >= 0;
    }

    /** Whether the Relay Application-Id is among them. */
    public boolean isRelay() {
        return relay;
    }

    public boolean isEmpty() {
        return sorted.length == 0;
    }

    /** In the order of signed integers. */
    public int[] ids() {
        return sorted.clone();
    }

    /** What two nodes have in common: a relay has everything in common with anybody (RFC 6733 section 5.3). */
    Applications common(final Applications other) {
        if (relay) {
            return other;
        }
        if (other.relay) {
            return this;
        }
        final int[] both = Arrays.stream(sorted)
                .filter(id -> Arrays.binarySearch(other.sorted, id) >= 0)
                .toArray();
        return new Applications(both, both.length);
    }

    @Override
    public String toString() {
        return Arrays.stream(sorted)
                .mapToObj(Integer::toUnsignedString)
                .toList()
                .toString();
    }
}
