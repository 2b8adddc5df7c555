package io.dialtone.runtime.engine;

import io.dialtone.api.link.LinkFrame;
import org.agrona.DirectBuffer;

/** What a protocol does on a worker. Called only by that worker; never throws for what came from the wire. */
public interface SessionProtocol {
    /** The type of frame this protocol reads. */
    int frameType();

    /** A message for a slot that this worker owns. The buffer is valid until this returns. */
    void onMessage(LinkFrame frame, DirectBuffer buffer, int offset, int length, long nowNs);

    /** Makes one protocol for one worker, over that worker's parts. */
    @FunctionalInterface
    interface Factory {
        SessionProtocol create(WorkerParts parts);
    }
}
