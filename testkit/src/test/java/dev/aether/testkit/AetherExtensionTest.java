package dev.aether.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.aether.client.ExpectedVersion;
import dev.aether.client.InvalidRequestException;
import dev.aether.client.NewEvent;
import dev.aether.client.Saved;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class AetherExtensionTest {
  private static final NewEvent PLACED = NewEvent.json("OrderPlaced", "{}");

  @Test
  void whileNoTestRunsThereIsNoAether() {
    assertThrows(IllegalStateException.class, AetherExtension.inMemory()::client);
  }

  /**
   * The test calls the extension as JUnit would, because a failure within JUnit would be a failure
   * of this test.
   */
  @Test
  @SuppressWarnings("NullAway") // The extension looks at no context.
  void theEndOfATestTellsOfAFaultThatFailedAndTheNextTestIsFreeOfIt() {
    AetherExtension shared = AetherExtension.inMemory();
    shared.beforeAll(null);
    shared.beforeEach(null);
    shared.faults().beforeNextSave(of -> Collections.nCopies(1_001, PLACED));
    assertThrows(
        InvalidRequestException.class,
        () -> shared.client().save("order-1", ExpectedVersion.any(), PLACED));

    assertThrows(AssertionError.class, () -> shared.afterEach(null));

    shared.beforeEach(null);
    Saved unused = shared.client().save("order-1", ExpectedVersion.exactly(0), PLACED);
    shared.afterEach(null);
    shared.afterAll(null);
  }

  @Nested
  final class InAFieldOfTheInstance {
    @RegisterExtension private final AetherExtension aether = AetherExtension.inMemory();

    @BeforeEach
    void isThereBeforeTheTest() {
      assertEquals(0, aether.client().latestVersion("order-1"));
    }

    @RepeatedTest(2)
    void eachTestHasAnEmptyStoreAndAClockAtItsStart() {
      assertEquals(TestClock.START, aether.clock().instant());
      aether.clock().set(TestClock.START.plusSeconds(1));

      Saved unused = aether.client().save("order-1", ExpectedVersion.exactly(0), PLACED);
    }

    @AfterEach
    void isThereAfterTheTest() {
      assertEquals(1, aether.client().latestVersion("order-1"));
    }
  }

  @Nested
  final class InAStaticField {
    @RegisterExtension private static final AetherExtension AETHER = AetherExtension.inMemory();

    private static final Set<String> ENDPOINTS = new HashSet<>();

    @BeforeAll
    static void isThereBeforeAllTests() {
      ENDPOINTS.clear(); // The class may run again in the same JVM.
      ENDPOINTS.add(AETHER.endpoint());
    }

    @RepeatedTest(2)
    void itsTestsShareOneButNoFaults() {
      Saved unused = AETHER.client().save("order-1", ExpectedVersion.any(), PLACED);
      ENDPOINTS.add(AETHER.endpoint());
      assertEquals(1, ENDPOINTS.size());

      AETHER.faults().refuseConnections();
    }

    @Nested
    final class AndInClassesWithin {
      @Test
      void itIsStillTheSame() {
        assertEquals(Set.of(AETHER.endpoint()), ENDPOINTS);
      }
    }
  }
}
