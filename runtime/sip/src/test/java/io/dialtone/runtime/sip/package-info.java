/** Tests of SIP's parts. What a peer sees of the whole is tested in runtime/test-support, over a {@code TestCluster}. */
@NullMarked
package io.dialtone.runtime.sip;

import org.jspecify.annotations.NullMarked;
