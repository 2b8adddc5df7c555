package io.dialtone.runtime.demo;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** One call of a {@link CallGenerator}, which alone touches it. */
final class Call {
    /**
     * <pre>
     *  CALLING -1xx-> PROCEEDING -2xx-> HOLDING -BYE-> CLOSING -2xx-> ENDED
     *     |               |              |    ^
     *     | 3xx-6xx, B    | too long     v    |
     *     +-> ENDED       +-> CANCELLING ASKING (OPTIONS or re-INVITE)
     * </pre>
     */
    enum State {
        CALLING,
        PROCEEDING,
        CANCELLING,
        HOLDING,
        ASKING,
        CLOSING,
        ENDED
    }

    static final byte[] NONE = {};

    final long number;
    final long intendedNs;
    final ClientTransaction invite;

    State state = State.CALLING;
    boolean failed;
    /** CSeq number of the newest request. */
    long cseq;

    @Nullable
    ClientTransaction cancel;

    @Nullable
    ClientTransaction ask;

    /** The question before {@link #ask}: its answer may come once more. */
    @Nullable
    ClientTransaction formerAsk;

    @Nullable
    ClientTransaction bye;

    int asked;

    /** Tag of the other side, from its 200; empty before. */
    byte[] remoteTag = NONE;
    /** Tag of the first provisional answer, to compare. */
    byte[] earlyTag = NONE;
    /** Request-URI of requests within the dialog. */
    byte[] requestUri = NONE;
    /** Whole Route header lines, ready to be written. */
    byte[] routes = NONE;
    /** Where requests within the dialog go. */
    InetSocketAddress hop;

    /** Who answered; empty before. */
    String party = "";

    /** Answered and not ended when a node was killed. */
    boolean wasUpAtKill;
    /** Its owner was killed, and it has not had an answer since. */
    boolean awaitsNewOwner;

    long wakeAtNs = Long.MAX_VALUE;
    long byeAtNs;
    long timerId = CallGenerator.NO_TIMER;

    Call(final long number, final long intendedNs, final ClientTransaction invite, final InetSocketAddress hop) {
        this.number = number;
        this.intendedNs = intendedNs;
        this.invite = invite;
        this.hop = hop;
        cseq = invite.cseq;
    }

    boolean isOpen() {
        return state != State.ENDED;
    }

    /** The transaction whose timers run now, if any. */
    @Nullable
    ClientTransaction running() {
        return switch (state) {
            case CALLING, PROCEEDING -> invite;
            case CANCELLING -> cancel;
            case ASKING -> ask;
            case CLOSING -> bye;
            case HOLDING, ENDED -> null;
        };
    }
}
