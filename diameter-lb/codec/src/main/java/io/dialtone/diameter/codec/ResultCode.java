package io.dialtone.diameter.codec;

/** Values of Result-Code: all of RFC 6733 section 7.1, and those of credit control (RFC 8506 section 9). */
public final class ResultCode {
    public static final int MULTI_ROUND_AUTH = 1001;

    public static final int SUCCESS = 2001;
    public static final int LIMITED_SUCCESS = 2002;

    public static final int COMMAND_UNSUPPORTED = 3001;
    public static final int UNABLE_TO_DELIVER = 3002;
    public static final int REALM_NOT_SERVED = 3003;
    public static final int TOO_BUSY = 3004;
    public static final int LOOP_DETECTED = 3005;
    public static final int REDIRECT_INDICATION = 3006;
    public static final int APPLICATION_UNSUPPORTED = 3007;
    public static final int INVALID_HDR_BITS = 3008;
    public static final int INVALID_AVP_BITS = 3009;
    public static final int UNKNOWN_PEER = 3010;

    public static final int AUTHENTICATION_REJECTED = 4001;
    public static final int OUT_OF_SPACE = 4002;
    public static final int ELECTION_LOST = 4003;
    public static final int END_USER_SERVICE_DENIED = 4010;
    public static final int CREDIT_CONTROL_NOT_APPLICABLE = 4011;
    public static final int CREDIT_LIMIT_REACHED = 4012;

    public static final int AVP_UNSUPPORTED = 5001;
    public static final int UNKNOWN_SESSION_ID = 5002;
    public static final int AUTHORIZATION_REJECTED = 5003;
    public static final int INVALID_AVP_VALUE = 5004;
    public static final int MISSING_AVP = 5005;
    public static final int RESOURCES_EXCEEDED = 5006;
    public static final int CONTRADICTING_AVPS = 5007;
    public static final int AVP_NOT_ALLOWED = 5008;
    public static final int AVP_OCCURS_TOO_MANY_TIMES = 5009;
    public static final int NO_COMMON_APPLICATION = 5010;
    public static final int UNSUPPORTED_VERSION = 5011;
    public static final int UNABLE_TO_COMPLY = 5012;
    public static final int INVALID_BIT_IN_HEADER = 5013;
    public static final int INVALID_AVP_LENGTH = 5014;
    public static final int INVALID_MESSAGE_LENGTH = 5015;
    public static final int INVALID_AVP_BIT_COMBO = 5016;
    public static final int NO_COMMON_SECURITY = 5017;
    public static final int USER_UNKNOWN = 5030;
    public static final int RATING_FAILED = 5031;

    private ResultCode() {}

    /** Whether the answer has the E bit: the request failed on its way and not at its end (RFC 6733 section 7.1.3). */
    public static boolean isProtocolError(final long resultCode) {
        return resultCode / 1000 == 3;
    }

    /** Whether the request was carried out (RFC 6733 section 7.1.2). */
    public static boolean isSuccess(final long resultCode) {
        return resultCode / 1000 == 2;
    }

    /** Whether the same request may succeed later (RFC 6733 section 7.1.4). */
    public static boolean isTransientFailure(final long resultCode) {
        return resultCode / 1000 == 4;
    }
}
