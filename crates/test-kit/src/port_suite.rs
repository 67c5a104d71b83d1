/// Runs every rule of a port's suite on every adapter of that port: one test per rule and adapter, named
/// `<adapter>::<rule>`.
///
/// First the module of the rules, then their names, then one subject per adapter. A subject is an expression, made
/// anew for each test; it may `.await`, and finds what is in scope around the macro. What must live as long as the
/// test (a `TestDatabase`) belongs into the subject, for example into what lets its time pass. Several suites in one
/// file need a `mod` each. The calling crate needs `tokio` with `macros` and `rt-multi-thread`.
///
/// ```ignore
/// test_kit::port_suite! {
///     test_kit::suites::ledger: [a_debit_takes_the_amount, a_refund_gives_it_back],
///     memory: in_memory(),
///     postgres: on_postgres().await,
/// }
/// ```
///
/// Each suite has a macro of its own that names all its rules, so that none is forgotten: see
/// [`ledger_suite!`](crate::ledger_suite).
#[macro_export]
macro_rules! port_suite {
    (@suite $module:tt, $rules:tt, $($adapter:ident: $subject:expr),+ $(,)?) => {
        $($crate::port_suite! { @adapter $adapter, $subject, $module, $rules })+
    };
    (@adapter $adapter:ident, $subject:expr, $module:tt, [$($rule:ident),+ $(,)?]) => {
        mod $adapter {
            use super::*;
            $($crate::port_suite! { @rule $rule, $subject, $module })+
        }
    };
    (@rule $rule:ident, $subject:expr, [$($module:ident)::+]) => {
        #[tokio::test(flavor = "multi_thread")]
        async fn $rule() {
            $($module)::+::$rule($subject).await;
        }
    };
    ($($module:ident)::+: $rules:tt, $($subjects:tt)+) => {
        $crate::port_suite! { @suite [$($module)::+], $rules, $($subjects)+ }
    };
}
