/** The code of docs/tutorial/your-first-service.md, compiled and tested like any other. */
@NullMarked
package io.dialtone.examples.tutorial;

import org.jspecify.annotations.NullMarked;
