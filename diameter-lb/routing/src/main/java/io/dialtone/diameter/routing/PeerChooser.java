package io.dialtone.diameter.routing;

/** Chooses one of several peers. Has no state; called by the relay's thread for each new session. */
interface PeerChooser {
    /**
     * The place of the peer in the candidates, of which there is one at least.
     *
     * @param key a hash of what the request is about: the same for the requests of a session
     */
    int choose(Candidates candidates, long key);
}
