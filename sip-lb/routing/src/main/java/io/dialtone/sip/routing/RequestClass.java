package io.dialtone.sip.routing;

import io.dialtone.sip.codec.SipMethod;

/** Kinds of requests whose response times are told apart: servers need unlike times for them. */
public enum RequestClass {
    INVITE("invite"),
    REGISTER("register"),
    OTHER("other");

    static final int COUNT = values().length;

    private final String text;

    RequestClass(final String text) {
        this.text = text;
    }

    /** The class's name in status and metrics. */
    public String text() {
        return text;
    }

    static RequestClass of(final SipMethod method) {
        return switch (method) {
            case INVITE -> INVITE;
            case REGISTER -> REGISTER;
            default -> OTHER;
        };
    }

    /**
     * Whether requests of this method are counted as open and timed: those that may begin a dialog or stand alone. The others are met in dialogs only, or
     * have no response of their own; a CANCEL even has its INVITE's transaction.
     */
    static boolean isTimed(final SipMethod method) {
        return switch (method) {
            case ACK, BYE, CANCEL, PRACK, INFO, UPDATE -> false;
            default -> true;
        };
    }
}
