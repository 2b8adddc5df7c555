package io.dialtone.diameter.codec;

/** Command codes that somebody here calls by name. A request and its answer have the same. */
public final class CommandCode {
    // RFC 6733
    public static final int CAPABILITIES_EXCHANGE = 257;
    public static final int RE_AUTH = 258;
    public static final int ACCOUNTING = 271;
    public static final int ABORT_SESSION = 274;
    public static final int SESSION_TERMINATION = 275;
    public static final int DEVICE_WATCHDOG = 280;
    public static final int DISCONNECT_PEER = 282;
    // RFC 7155, RFC 4072, RFC 8506
    public static final int AA = 265;
    public static final int DIAMETER_EAP = 268;
    public static final int CREDIT_CONTROL = 272;
    // Cx, 3GPP TS 29.229
    public static final int USER_AUTHORIZATION = 300;
    public static final int SERVER_ASSIGNMENT = 301;
    public static final int LOCATION_INFO = 302;
    public static final int MULTIMEDIA_AUTH = 303;
    public static final int REGISTRATION_TERMINATION = 304;
    public static final int PUSH_PROFILE = 305;
    // Sh, 3GPP TS 29.329
    public static final int USER_DATA = 306;
    public static final int PROFILE_UPDATE = 307;
    public static final int SUBSCRIBE_NOTIFICATIONS = 308;
    public static final int PUSH_NOTIFICATION = 309;
    // S6a and S13, 3GPP TS 29.272
    public static final int UPDATE_LOCATION = 316;
    public static final int CANCEL_LOCATION = 317;
    public static final int AUTHENTICATION_INFORMATION = 318;
    public static final int INSERT_SUBSCRIBER_DATA = 319;
    public static final int DELETE_SUBSCRIBER_DATA = 320;
    public static final int PURGE_UE = 321;
    public static final int RESET = 322;
    public static final int NOTIFY = 323;
    public static final int ME_IDENTITY_CHECK = 324;

    private CommandCode() {}
}
