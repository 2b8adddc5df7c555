/** The corridor between processes as the rooms on the message path see it; {@code runtime/link} fills it. */
@NullMarked
package io.dialtone.api.link;

import org.jspecify.annotations.NullMarked;
