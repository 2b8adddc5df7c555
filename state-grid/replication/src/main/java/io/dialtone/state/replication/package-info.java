/** The protocol that keeps a session on more than one node: records and acks, learners, takeover, handover. No threads, no clock, no I/O. */
@NullMarked
package io.dialtone.state.replication;

import org.jspecify.annotations.NullMarked;
