package io.dialtone.api;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** The SIP methods a service can ask for, by their names on the wire. */
public enum SipMethod {
    /** RFC 3261 section 13: begins a call, or changes one. */
    INVITE,
    /** RFC 3261 section 13: confirms the final answer to an INVITE. */
    ACK,
    /** RFC 3261 section 15: ends a call. */
    BYE,
    /** RFC 3261 section 9: withdraws an INVITE that has no final answer yet. */
    CANCEL,
    /** RFC 3261 section 11: asks what a peer can do. */
    OPTIONS,
    /** RFC 3261 section 10: says where a user can be reached. */
    REGISTER,
    /** RFC 3262. */
    PRACK,
    /** RFC 6665. */
    SUBSCRIBE,
    /** RFC 6665. */
    NOTIFY,
    /** RFC 3903. */
    PUBLISH,
    /** RFC 6086. */
    INFO,
    /** RFC 3515. */
    REFER,
    /** RFC 3428. */
    MESSAGE,
    /** RFC 3311. */
    UPDATE,
    /** One that has no name here: only a service that {@linkplain SipHandler#proxied proxies} such requests ever sees one. */
    UNKNOWN;

    /** What every service that takes calls understands: INVITE, ACK, BYE, CANCEL and OPTIONS. */
    public static final Set<SipMethod> OF_A_CALL =
            Collections.unmodifiableSet(EnumSet.of(INVITE, ACK, BYE, CANCEL, OPTIONS));

    /** {@link #OF_A_CALL}, and these. */
    public static Set<SipMethod> ofACallAnd(final SipMethod... others) {
        final Set<SipMethod> methods = EnumSet.copyOf(OF_A_CALL);
        Collections.addAll(methods, others);
        return methods;
    }
}
