package io.dialtone.runtime.node;

import io.dialtone.state.api.GridMember;
import io.dialtone.state.api.SlotMap;
import io.dialtone.state.api.StateFormatException;
import io.dialtone.state.codec.StateSchema;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Holds the state of a service that is to be deployed against the states that the nodes of the cluster keep, before this node is one of them. The registry does the rest: it
 * refuses a join that has not looked at the schema of each node that is there. Called only by the door's thread.
 */
final class DeployCheck {
    private static final System.Logger LOGGER = System.getLogger(DeployCheck.class.getName());

    private final StateSchema own;
    private final Set<Long> read = new LinkedHashSet<>();
    private final List<String> refusals = new ArrayList<>();

    DeployCheck(final StateSchema own) {
        this.own = own;
    }

    /** A schema of another member that was not looked at yet. */
    OptionalLong nextUnread(final SlotMap map, final int self) {
        return map.members().stream()
                .filter(member -> member.number() != self)
                .mapToLong(GridMember::schema)
                .filter(schema -> schema != GridMember.NO_SCHEMA && schema != own.identity() && !read.contains(schema))
                .findFirst();
    }

    /** A schema has come that was asked for. */
    void onSchema(final long identity, final String text) {
        if (!read.add(identity)) {
            return;
        }
        try {
            final StateSchema live = StateSchema.parse(text);
            refusals.addAll(StateSchema.check(live, own));
            StateSchema.cautions(live, own)
                    .forEach(caution ->
                            LOGGER.log(System.Logger.Level.WARNING, "deploy over live sessions: {0}", caution));
        } catch (StateFormatException e) {
            refusals.add("the state of the sessions that are live cannot be understood: " + e.getMessage());
        }
    }

    /** Why this version must not run beside those that run; a sentence each, none if it may. */
    List<String> refusals() {
        return List.copyOf(refusals);
    }

    /** The schemas that were looked at. */
    List<Long> read() {
        return List.copyOf(read);
    }

    StateSchema own() {
        return own;
    }
}
