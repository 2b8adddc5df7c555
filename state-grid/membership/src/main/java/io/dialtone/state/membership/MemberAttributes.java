package io.dialtone.state.membership;

import com.hazelcast.cluster.Member;
import com.hazelcast.config.MemberAttributeConfig;
import io.dialtone.state.api.MemberProcess;
import org.jspecify.annotations.Nullable;

/** How a process introduces itself to Hazelcast: the parts of {@link MemberProcess} as attributes of its member. */
final class MemberAttributes {
    private static final String NAME = "dialtone.name";
    private static final String ROLE = "dialtone.role";
    private static final String NUMBER = "dialtone.number";
    private static final String INCARNATION = "dialtone.incarnation";
    private static final String HOST = "dialtone.host";
    private static final String ZONE = "dialtone.zone";
    private static final String LINK = "dialtone.link";
    private static final String ADMIN = "dialtone.admin";

    private MemberAttributes() {}

    static MemberAttributeConfig of(final MemberProcess self) {
        final MemberAttributeConfig attributes = new MemberAttributeConfig();
        attributes.setAttribute(NAME, self.name());
        attributes.setAttribute(ROLE, self.role().name());
        attributes.setAttribute(NUMBER, Integer.toString(self.number()));
        attributes.setAttribute(INCARNATION, Long.toHexString(self.incarnation()));
        attributes.setAttribute(HOST, self.host());
        attributes.setAttribute(ZONE, self.zone());
        attributes.setAttribute(LINK, self.linkAddress());
        attributes.setAttribute(ADMIN, self.adminAddress());
        return attributes;
    }

    /** The process behind a member, or null if it does not introduce itself as one of ours. */
    static @Nullable MemberProcess processOf(final Member member) {
        try {
            return new MemberProcess(
                    text(member, NAME),
                    MemberProcess.Role.valueOf(text(member, ROLE)),
                    Integer.parseInt(text(member, NUMBER)),
                    Long.parseUnsignedLong(text(member, INCARNATION), 16),
                    text(member, HOST),
                    text(member, ZONE),
                    text(member, LINK),
                    text(member, ADMIN));
        } catch (final IllegalArgumentException e) {
            return null;
        }
    }

    private static String text(final Member member, final String key) {
        final String value = member.getAttribute(key);
        if (value == null) {
            throw new IllegalArgumentException(key);
        }
        return value;
    }
}
