// What we use of govuk-frontend, which comes without types.

declare module "govuk-frontend/dist/govuk/components/button/button.mjs" {
  export class Button {
    static moduleName: string;
    constructor(root: Element);
  }
}
declare module "govuk-frontend/dist/govuk/components/error-summary/error-summary.mjs" {
  export class ErrorSummary {
    static moduleName: string;
    constructor(root: Element);
  }
}
declare module "govuk-frontend/dist/govuk/components/service-navigation/service-navigation.mjs" {
  export class ServiceNavigation {
    static moduleName: string;
    constructor(root: Element);
  }
}
declare module "govuk-frontend/dist/govuk/components/skip-link/skip-link.mjs" {
  export class SkipLink {
    static moduleName: string;
    constructor(root: Element);
  }
}
