package io.dialtone.diameter.codec;

/** Application identifiers that somebody here calls by name; unsigned, in an int. */
public final class ApplicationId {
    /** Common messages: capabilities, watchdog, disconnect. */
    public static final int BASE = 0;

    public static final int NASREQ = 1;
    /** Base accounting; Rf uses it, too. */
    public static final int ACCOUNTING = 3;
    /** RFC 8506; Ro and Gy use it, too. */
    public static final int CREDIT_CONTROL = 4;

    public static final int EAP = 5;
    /** What a relay advertises in place of all applications. */
    public static final int RELAY = 0xFFFF_FFFF;

    // 3GPP
    public static final int CX = 16_777_216;
    public static final int SH = 16_777_217;
    public static final int RX = 16_777_236;
    public static final int GX = 16_777_238;
    public static final int STA = 16_777_250;
    public static final int S6A = 16_777_251;
    public static final int S13 = 16_777_252;
    public static final int SLG = 16_777_255;
    public static final int SWM = 16_777_264;
    public static final int SWX = 16_777_265;
    public static final int GXX = 16_777_266;
    public static final int S9 = 16_777_267;
    public static final int S6B = 16_777_272;
    public static final int SY = 16_777_302;
    public static final int SD = 16_777_303;

    private ApplicationId() {}
}
