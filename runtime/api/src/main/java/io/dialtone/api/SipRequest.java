package io.dialtone.api;

import java.util.List;
import java.util.Optional;

/**
 * A request laid over the bytes it came in. Valid until the handler's method returns; text is made only when asked for, so ask once and keep what is needed in the state.
 */
public interface SipRequest extends PendingRequest {
    /** True if the request stands outside any dialog: it has no To tag. */
    boolean isInitial();

    /** The user whose credentials came with the request and are right; empty if nobody was asked ({@link SipHandler#digest}). */
    Optional<String> authenticatedUser();

    /**
     * The leg of this session that an INVITE is to replace (RFC 3891). Only with {@code replaces} among {@link SipHandler#extensions}: the INVITE then comes to the session of that call, as one more leg of
     * it; who accepts it hangs the replaced leg up. One that names no call of ours is answered with 481 and not shown. Whether its sender may do this is for the service to judge.
     */
    Optional<String> replacedLeg();

    /** The leg of this session whose talk an INVITE is to join (RFC 3911); as {@link #replacedLeg}, with {@code join}. */
    Optional<String> joinedLeg();

    /** Where a REFER points to (RFC 3515); empty if there is no Refer-To, or more than one, or one that is no address. */
    default Optional<ReferTo> referTo() {
        final List<String> values = headers("Refer-To");
        return values.size() == 1 ? ReferTo.parse(values.getFirst()) : Optional.empty();
    }

    /** The Request-URI. */
    String requestUri();

    /** The user part of the Request-URI, or of a tel URI the number; empty if there is none. */
    String requestUriUser();

    /** The user part of the From URI, or of a tel URI the number; empty if there is none. */
    String fromUser();

    /** The user part of the To URI, or of a tel URI the number; empty if there is none. */
    String toUser();

    String callId();

    /**
     * Names the way this request came, for {@link OutgoingRequest#flow}: its connection, if it came by one. For a registrar, which must reach phones that nobody can connect to. Empty
     * for an ACK.
     */
    String flow();

    /** The number in CSeq. */
    long cseq();

    /** The value of the first header of this name, long or compact form, in any case. */
    Optional<String> header(String name);

    /** The values of all header lines of this name, in order. Lines are not split at commas. */
    List<String> headers(String name);

    /** Length of the body in bytes. */
    int bodyLength();

    /** The body as UTF-8 text; empty if there is none. */
    String body();

    /** Copy of the body's bytes. */
    byte[] bodyBytes();
}
