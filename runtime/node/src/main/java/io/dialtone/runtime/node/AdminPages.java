package io.dialtone.runtime.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What a role shows and does through its {@link AdminServer}. Called by the admin server's threads, several at a time. */
interface AdminPages {
    /** Adds what the role counts. */
    void metrics(MetricsPage page);

    /** Adds what operators ask about the role. */
    void status(ObjectNode status);

    /** Empty if the role takes traffic now; else why not, in words. */
    String whyNotReady();

    /**
     * Messages of a call, and what is known of its session.
     *
     * @throws AdminRefusal if the role has nothing to do with calls
     */
    default ObjectNode trace(final TraceQuery query) throws AdminRefusal {
        throw new AdminRefusal(AdminRefusal.NOT_FOUND, "this process sees no calls");
    }

    /**
     * Does what an operator wants.
     *
     * @param command a path without its slash, such as {@code backends}, {@code drain} or {@code reload}
     * @return what was done
     * @throws AdminRefusal if it is not done
     */
    ObjectNode command(String command, JsonNode request) throws AdminRefusal;
}
