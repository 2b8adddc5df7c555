package io.dialtone.diameter.codec;

import java.util.Arrays;

/**
 * AVPs without a vendor that somebody asks for on the path: {@link DiameterMessage} notes where they are while it walks over a message. All others are found with an
 * {@link AvpCursor}.
 */
@SuppressWarnings("EnumOrdinal") // The index holds ordinals: nothing outlives the process.
public enum BaseAvp {
    SESSION_ID(263, 0, true),
    ORIGIN_HOST(264, 0, true),
    ORIGIN_REALM(296, 0, true),
    DESTINATION_HOST(293, 0, true),
    DESTINATION_REALM(283, 0, true),
    RESULT_CODE(268, 4, true),
    EXPERIMENTAL_RESULT(297, 0, false),
    ROUTE_RECORD(282, 0, false),
    PROXY_INFO(284, 0, false),
    USER_NAME(1, 0, false),
    ORIGIN_STATE_ID(278, 4, false),
    AUTH_APPLICATION_ID(258, 4, false),
    ACCT_APPLICATION_ID(259, 4, false),
    VENDOR_SPECIFIC_APPLICATION_ID(260, 0, false),
    HOST_IP_ADDRESS(257, 6, false),
    VENDOR_ID(266, 4, false),
    PRODUCT_NAME(269, 0, false),
    SUPPORTED_VENDOR_ID(265, 4, false),
    INBAND_SECURITY_ID(299, 4, false),
    FIRMWARE_REVISION(267, 4, false),
    DISCONNECT_CAUSE(273, 4, false),
    ERROR_MESSAGE(281, 0, false),
    ERROR_REPORTING_HOST(294, 0, false),
    FAILED_AVP(279, 0, false),
    REDIRECT_HOST(292, 0, false),
    REDIRECT_HOST_USAGE(261, 4, false),
    REDIRECT_MAX_CACHE_TIME(262, 4, false),
    DRMP(301, 4, false),
    CC_REQUEST_TYPE(416, 4, false),
    CC_REQUEST_NUMBER(415, 4, false),
    SUBSCRIPTION_ID(443, 0, false),
    OC_SUPPORTED_FEATURES(621, 0, false),
    OC_OLR(623, 0, false),
    LOAD(650, 0, false);

    static final int COUNT = values().length;
    static final int NONE = -1;

    private static final int CODES = 1024;
    private static final byte[] ORDINALS = new byte[CODES];
    private static final boolean[] AT_MOST_ONCE = new boolean[COUNT];
    private static final byte[] VALUE_BYTES_MIN = new byte[COUNT];

    static {
        Arrays.fill(ORDINALS, (byte) NONE);
        for (final BaseAvp avp : values()) {
            ORDINALS[avp.code] = (byte) avp.ordinal();
            AT_MOST_ONCE[avp.ordinal()] = avp.atMostOnce;
            VALUE_BYTES_MIN[avp.ordinal()] = (byte) avp.valueBytesMin;
        }
    }

    private final int code;
    private final int valueBytesMin;
    private final boolean atMostOnce;

    BaseAvp(final int code, final int valueBytesMin, final boolean atMostOnce) {
        this.code = code;
        this.valueBytesMin = valueBytesMin;
        this.atMostOnce = atMostOnce;
    }

    /** AVP code; the vendor is 0. */
    public int code() {
        return code;
    }

    /**
     * Whether no command has it twice (RFC 6733 section 10.1). Only of those that say whose a message is and where it goes: two of them are read one way here and
     * another way by the next node.
     */
    public boolean isAtMostOnce() {
        return atMostOnce;
    }

    /** Ordinal of the AVP with this code, or {@link #NONE}. */
    static int ordinalOf(final int code) {
        return code >= 0 && code < CODES ? ORDINALS[code] : NONE;
    }

    /** Length of the shortest value that the type of the AVP with this code allows; 0 for those that have no name here. */
    static int valueBytesMin(final int code) {
        final int ordinal = ordinalOf(code);
        return ordinal == NONE ? 0 : VALUE_BYTES_MIN[ordinal];
    }

    static boolean isAtMostOnce(final int ordinal) {
        return AT_MOST_ONCE[ordinal];
    }
}
