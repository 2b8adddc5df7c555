package io.dialtone.diameter.routing;

import io.dialtone.diameter.codec.ResultCode;
import io.dialtone.diameter.peer.Expect;
import java.util.Set;

/**
 * When a request is sent to another peer, and how often. Immutable.
 *
 * @param furtherPeersMax after the first
 * @param resultCodes answers after which another peer is tried, unless they come from the request's Destination-Host
 * @param onSuspicion whether what a peer has not answered goes to others as soon as it is suspected, and not only when its answer timers end; who serves the requests must
 *     know duplicates by their T bit either way
 */
public record Rerouting(int furtherPeersMax, Set<Integer> resultCodes, boolean onSuspicion) {
    public static final int FURTHER_PEERS_DEFAULT = 2;
    public static final int RESULT_CODES_MAX = 16;

    public Rerouting {
        resultCodes = Set.copyOf(resultCodes);
        Expect.between("further peers", furtherPeersMax, 0, PendingTable.TRIED_MAX - 1, FURTHER_PEERS_DEFAULT);
        Expect.between("result codes", resultCodes.size(), 0, RESULT_CODES_MAX, 2);
    }

    public static Rerouting defaults() {
        return new Rerouting(FURTHER_PEERS_DEFAULT, Set.of(ResultCode.UNABLE_TO_DELIVER, ResultCode.TOO_BUSY), true);
    }
}
