package io.dialtone.diameter.routing;

import io.dialtone.diameter.peer.Expect;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What a rule does with the requests that it is for. Immutable. */
public sealed interface RouteAction permits RouteAction.ToGroup, RouteAction.Refuse, RouteAction.Redirect {
    /** Sends them to a group of peers instead of where the route table says. */
    record ToGroup(String group) implements RouteAction {}

    /** Answers them with a Result-Code. */
    record Refuse(int resultCode) implements RouteAction {
        public Refuse {
            Expect.between("result code of a refusal", resultCode, 3001, 5999, 5003);
        }
    }

    /** Answers them 3006 (RFC 6733 section 6.1.8): whoever sent them goes to another host itself. */
    final class Redirect implements RouteAction {
        public static final int HOSTS_MAX = 8;
        /** ALL_USER of RFC 6733 section 6.13. */
        public static final int USAGE_MAX = 6;

        private final byte[][] hosts;
        private final int usage;
        private final long cacheSeconds;

        /**
         * @param hosts DiameterURIs, for instance {@code aaa://srv.example.net:3868;transport=tcp}
         * @param usage Redirect-Host-Usage, 0 (DONT_CACHE) to 6
         * @param cacheSeconds Redirect-Max-Cache-Time, which is sent unless the usage is 0
         */
        public Redirect(final List<String> hosts, final int usage, final long cacheSeconds) {
            Expect.between("redirect hosts", hosts.size(), 1, HOSTS_MAX, 1);
            Expect.between("redirect host usage", usage, 0, USAGE_MAX, 0);
            Expect.between("redirect cache time", cacheSeconds, 0, 0xFFFF_FFFFL, 0);
            this.hosts = hosts.stream()
                    .map(host -> host.getBytes(StandardCharsets.US_ASCII))
                    .toArray(byte[][]::new);
            this.usage = usage;
            this.cacheSeconds = cacheSeconds;
        }

        byte[][] hosts() {
            return hosts;
        }

        int usage() {
            return usage;
        }

        long cacheSeconds() {
            return cacheSeconds;
        }
    }
}
