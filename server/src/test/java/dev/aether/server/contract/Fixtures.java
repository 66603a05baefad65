package dev.aether.server.contract;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Hands out the fixtures, each started when it is first needed and ended with the run of all tests.
 */
final class Fixtures implements ParameterResolver {
  private static final ExtensionContext.Namespace KEPT =
      ExtensionContext.Namespace.create(Fixtures.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Fixture.class;
  }

  @Override
  public Fixture resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Fixture.Kind kind =
        AnnotationSupport.findAnnotation(
                context.getRequiredTestClass(), OnStore.class, context.getEnclosingTestClasses())
            .orElseThrow(() -> new AssertionError("no @OnStore at " + context.getDisplayName()))
            .value();
    return context
        .getRoot()
        .getStore(KEPT)
        .getOrComputeIfAbsent(kind, Fixture::start, Fixture.class);
  }
}
