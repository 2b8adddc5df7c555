package io.dialtone.api.link;

/** The receiving end of the corridor for one thread. Called only by that thread. */
public interface LinkSubscription {
    /**
     * Hands at most {@code framesMax} waiting frames to the handler, in the order each sender sent them.
     *
     * @return how many were handed over
     */
    int poll(LinkFrameHandler handler, int framesMax);
}
