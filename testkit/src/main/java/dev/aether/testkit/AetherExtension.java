package dev.aether.testkit;

import dev.aether.client.AetherClient;
import dev.aether.client.AetherClientBuilder;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * An Aether for JUnit 5's tests, to be registered with {@code @RegisterExtension}:
 *
 * <ul>
 *   <li>in a field of the instance each test has an Aether of its own, with an empty store, begun
 *       before {@code @BeforeEach} and ended after {@code @AfterEach};
 *   <li>in a static field the tests of the class share one, begun before {@code @BeforeAll} and
 *       ended after {@code @AfterAll}, and keep apart by the names of their actors. After each
 *       test, faults that it left are cleared; the store and the clock stay as they are.
 * </ul>
 *
 * <p>It can be used while it runs; at other times its methods throw {@link IllegalStateException}.
 */
public final class AetherExtension
    implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {
  private final Supplier<TestAether> start;
  private volatile @Nullable TestAether running;

  /** Classes under way that share it, one in another; changed by JUnit's one thread at a time. */
  private int classes;

  private AetherExtension(Supplier<TestAether> start) {
    this.start = start;
  }

  /** As {@link TestAether#inMemory()}. */
  public static AetherExtension inMemory() {
    return new AetherExtension(TestAether::inMemory);
  }

  /** As {@link TestAether#onNats()}. */
  public static AetherExtension onNats() {
    return new AetherExtension(TestAether::onNats);
  }

  /** As {@link TestAether#onNats(Path)}. */
  public static AetherExtension onNats(Path natsServer) {
    return new AetherExtension(() -> TestAether.onNats(natsServer));
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    if (classes++ == 0) {
      running = start.get();
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    if (classes == 0) {
      running = start.get();
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    if (classes == 0) {
      end();
    } else {
      aether().mend();
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (--classes == 0) {
      end();
    }
  }

  private void end() {
    TestAether ended = running;
    running = null;
    if (ended != null) {
      ended.close();
    }
  }

  private TestAether aether() {
    TestAether now = running;
    if (now == null) {
      throw new IllegalStateException(
          "no Aether runs: it does during the tests, registered with" + " @RegisterExtension");
    }
    return now;
  }

  /** As {@link TestAether#client()}. */
  public AetherClient client() {
    return aether().client();
  }

  /** As {@link TestAether#newClient()}. */
  public AetherClient newClient() {
    return aether().newClient();
  }

  /** As {@link TestAether#clientBuilder()}. */
  public AetherClientBuilder clientBuilder() {
    return aether().clientBuilder();
  }

  /** As {@link TestAether#endpoint()}. */
  public String endpoint() {
    return aether().endpoint();
  }

  /** As {@link TestAether#clock()}. */
  public TestClock clock() {
    return aether().clock();
  }

  /** As {@link TestAether#faults()}. */
  public Faults faults() {
    return aether().faults();
  }

  /** As {@link TestAether#nats()}. */
  public TestNats nats() {
    return aether().nats();
  }
}
