package io.dialtone.runtime.node;

import java.util.List;

/** Told why a node must end, on threads of the node's. */
interface NodeEnd {
    /** An agent of ours has thrown. */
    void onFault(Throwable failure);

    /** Its service must not run beside those that run; a sentence for each reason. */
    void onRefused(List<String> reasons);

    /** It was drained, holds nothing, and is no member any more. */
    void onLeft();
}
