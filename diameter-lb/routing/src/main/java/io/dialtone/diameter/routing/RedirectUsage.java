package io.dialtone.diameter.routing;

import io.dialtone.diameter.codec.BaseAvp;
import org.jspecify.annotations.Nullable;

/** For which requests besides the redirected one an answer 3006 holds (Redirect-Host-Usage, RFC 6733 section 6.13), the first to be asked first. */
enum RedirectUsage {
    ALL_SESSION(1, BaseAvp.SESSION_ID, false),
    ALL_USER(6, BaseAvp.USER_NAME, false),
    REALM_AND_APPLICATION(3, BaseAvp.DESTINATION_REALM, true),
    ALL_REALM(2, BaseAvp.DESTINATION_REALM, false),
    ALL_APPLICATION(4, null, true),
    ALL_HOST(5, BaseAvp.DESTINATION_HOST, false);

    private static final RedirectUsage[] ALL = values();

    private final int value;
    private final @Nullable BaseAvp avp;
    private final boolean ofApplication;

    RedirectUsage(final int value, final @Nullable BaseAvp avp, final boolean ofApplication) {
        this.value = value;
        this.avp = avp;
        this.ofApplication = ofApplication;
    }

    /** What the AVP says. */
    int value() {
        return value;
    }

    /** The AVP that such requests have in common, or null. */
    @Nullable
    BaseAvp avp() {
        return avp;
    }

    /** Whether they have the application in common. */
    boolean isOfApplication() {
        return ofApplication;
    }

    static int count() {
        return ALL.length;
    }

    static RedirectUsage at(final int n) {
        return ALL[n];
    }
}
