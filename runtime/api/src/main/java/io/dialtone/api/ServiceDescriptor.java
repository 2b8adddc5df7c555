package io.dialtone.api;

/**
 * What the platform must know of a service before it runs it, as the {@code service:} part of its YAML says.
 *
 * @param name short name, unique in the cluster
 * @param version free text; two versions of a service can run side by side
 * @param handler name of a class with a public constructor without arguments that implements {@link SipHandler}
 * @param affinity what names a session's home
 * @param policy how safe its sessions are to be, and how many there may be
 */
public record ServiceDescriptor(
        String name, String version, String handler, AffinityRule affinity, ServicePolicy policy) {
    public ServiceDescriptor {
        requireText("service.name", name);
        requireText("service.version", version);
        requireText("service.handler", handler);
    }

    /** A service with the usual policy. */
    public ServiceDescriptor(
            final String name, final String version, final String handler, final AffinityRule affinity) {
        this(name, version, handler, affinity, ServicePolicy.defaults());
    }

    private static void requireText(final String setting, final String value) {
        if (value.isBlank()) {
            throw new IllegalArgumentException(setting + ": empty (expected: a text)");
        }
    }
}
