package io.dialtone.api;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The name under which a part of a session's state is kept, where it is not its name in Java. For developers of services.
 *
 * <p>Sessions outlive versions of a service: what version N has written, N+1 must read. They find each other's components, enum constants and records of a sealed
 * family by name. So who renames one keeps its old name here:
 *
 * <pre>{@code
 * record CallState(@StateName("peer") String remoteParty, Phase phase) {}
 * }</pre>
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.FIELD, ElementType.TYPE})
public @interface StateName {
    /** The name it had first. */
    String value();
}
